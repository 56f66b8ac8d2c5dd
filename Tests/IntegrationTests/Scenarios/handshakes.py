"""Handshakes that are fast, late, deferred, impossible, or do not happen at all."""

import socket
import struct
import time

from sockets import (
    FASTOPEN_CONNECT, MSG_FASTOPEN, QUICKACK, REPAIR, TCP, connected, cut, disconnect, filtered, kept, listening,
    set_option, unfiltered, wait_for_end,
)


def fast_open_cookie():
    """Gets a Fast Open cookie of 127.0.0.1, so that the next SYN can carry data."""
    set_option("tcp_fastopen", 3)
    with listening(7099, FASTOPEN=16) as listener, socket.socket() as client:
        client.sendto(b"x", MSG_FASTOPEN, ("127.0.0.1", 7099))
        cut(listener.accept()[0])


def fast_open(closes_early):
    """Ten servers answer the data of the SYN; the ACK arrives half a second later."""
    fast_open_cookie()
    filtered("input", "tcp dport 7000 tcp flags & (syn|ack|psh|fin|rst) == ack drop")
    listener = listening(7000, FASTOPEN=16)
    pairs = []
    for _ in range(10):
        client = socket.socket()
        client.sendto(b"x", MSG_FASTOPEN, ("127.0.0.1", 7000))
        server = listener.accept()[0]
        server.recv(9)
        server.send(b"y" * 100)
        if closes_early:
            server.close()
        pairs.append((client, server))
    time.sleep(0.5)
    unfiltered()
    for client, server in pairs:
        client.recv(100)
        client.close()
        server.close()
    # Until the servers' FINs, or their data, have been sent again and acknowledged.
    time.sleep(2)
    return {"handshakes": 11}


def fast_open_early():
    return fast_open(closes_early=True)


def fast_open_late():
    return fast_open(closes_early=False)


def late_syn():
    """connect() sends no SYN; the first write does, a third of a second later."""
    fast_open_cookie()
    with listening(7000, FASTOPEN=16) as listener:
        for _ in range(5):
            client = socket.socket()
            client.setsockopt(TCP, FASTOPEN_CONNECT, 1)
            client.connect(("127.0.0.1", 7000))
            time.sleep(0.3)
            client.send(b"x")
            server = listener.accept()[0]
            server.recv(1)
            cut(client, server)
    return {"handshakes": 6}


def no_syn():
    """connect() sends no SYN, and no write follows that would."""
    fast_open_cookie()
    with listening(7000, FASTOPEN=16):
        for _ in range(5):
            client = socket.socket()
            client.setsockopt(TCP, FASTOPEN_CONNECT, 1)
            client.connect(("127.0.0.1", 7000))
            client.close()
    return {"handshakes": 1}


def deferred():
    """The listener accepts a connection only when it has data. Two clients send late, one never does."""
    with listening(7000, DEFER_ACCEPT=5) as listener:
        clients = [connected(7000) for _ in range(3)]
        time.sleep(0.6)
        for client in clients[:2]:
            client.send(b"x")
        servers = [listener.accept()[0] for _ in range(2)]
        time.sleep(0.1)
        cut(*servers, *clients)
    return {"clients": 3, "servers": 2}


def delayed_ack():
    """The client's ACK waits for its data."""
    with listening(7000) as listener:
        for _ in range(5):
            client = socket.socket()
            client.setsockopt(TCP, QUICKACK, 0)
            client.connect(("127.0.0.1", 7000))
            time.sleep(0.03)
            client.send(b"x")
            server = listener.accept()[0]
            server.recv(1)
            cut(client, server)
    return {"clients": 5, "servers": 5}


def cookies():
    """Every SYN is answered with a SYN cookie."""
    set_option("tcp_syncookies", 2)
    with listening(7000) as listener:
        for _ in range(20):
            client = connected(7000)
            server = listener.accept()[0]
            client.send(b"x")
            server.recv(1)
            time.sleep(0.007)
            cut(client, server)
    return {"clients": 20, "servers": 20}


def no_port():
    """All four ports are in use."""
    set_option("ip_local_port_range", "40000 40003")
    failures = 0
    with listening(7000), listening(7001, family=socket.AF_INET6):
        held = []
        for family, host, port in ((socket.AF_INET, "127.0.0.1", 7000), (socket.AF_INET6, "::1", 7001)):
            for _ in range(7):
                client = socket.socket(family)
                try:
                    client.connect((host, port))
                    held.append(client)
                except OSError as error:
                    assert error.errno == 99, error
                    failures += 1
                    client.close()
        # A socket that was connected before still has state of that connection.
        used = held.pop(0)
        disconnect(used)
        held.append(connected(7000))
        try:
            used.connect(("127.0.0.1", 7000))
        except OSError as error:
            assert error.errno == 99, error
            failures += 1
        cut(used, *held)
    return {"failures": failures}


def repair():
    """Ten pairs are restored as CRIU does. Nothing listens, and no port is in the range that clients are given."""
    for number in range(10):
        ends = [socket.socket() for _ in range(2)]
        ports = [8080, 22000 + number]
        for end, (here, there) in zip(ends, (ports, ports[::-1])):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            end.setsockopt(TCP, REPAIR, 1)
            end.bind(("127.0.0.1", here))
            end.connect(("127.0.0.1", there))
        for end in ends:
            end.setsockopt(TCP, REPAIR, -1)
        kept.extend(ends)
    wait_for_end()
    cut(*kept)
    return {}


def half_open():
    """Sends SYNs without a socket, so that this machine answers the SYN-ACKs with resets."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, TCP)
    with listening(7000):
        for port in range(45000, 45005):
            header = struct.pack("!HHIIBBHHH", port, 7000, port, 0, 5 << 4, 2, 1024, 0, 0)
            addresses = socket.inet_aton("127.0.0.1") * 2 + struct.pack("!BBH", 0, TCP, len(header))
            words = struct.unpack(f"!{(len(addresses) + len(header)) // 2}H", addresses + header)
            total = sum(words)
            while total >> 16:
                total = (total & 0xFFFF) + (total >> 16)
            raw.sendto(header[:16] + struct.pack("!HH", ~total & 0xFFFF, 0), ("127.0.0.1", 7000))
        time.sleep(0.2)
    return {"resets": 5}
