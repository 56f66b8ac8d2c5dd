"""Connections that are made, used and ended in unusual ways, for tests to hold what is told of them against.

Usage: unusual.py SCENARIO     in a network namespace of its own, of which it changes settings and rules

It ends when nothing more will happen, and prints what there was to count, as JSON.
"""

import contextlib
import ctypes
import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time

TCP = socket.IPPROTO_TCP
DEFER_ACCEPT, QUICKACK, REPAIR, FASTOPEN, FASTOPEN_CONNECT = 9, 12, 19, 23, 30
MSG_FASTOPEN = 0x20000000


def run(*command):
    subprocess.run(command, check=True)


def set_option(name, value):
    run("sysctl", "-qw", f"net.ipv4.{name}={value}")


def filtered(hook, rule):
    run("nft", f"add table inet unusual; add chain inet unusual {hook} {{ type filter hook {hook} priority 0; }}; "
        f"add rule inet unusual {hook} {rule}")


def unfiltered():
    run("nft", "delete table inet unusual")


def listening(port, backlog=128, family=socket.AF_INET, **options):
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for option, value in options.items():
        listener.setsockopt(TCP, globals()[option], value)
    listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
    listener.listen(backlog)
    return listener


def connected(port):
    return socket.create_connection(("127.0.0.1", port))


def cut(*ends):
    """Ends connections at once, by a reset, so that nothing is left."""
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()


# ---- handshakes ----


def fast_open_cookie():
    """Lets the kernel have a cookie of 127.0.0.1, so that the next SYN can carry data."""
    set_option("tcp_fastopen", 3)
    with listening(7099, FASTOPEN=16) as listener, socket.socket() as client:
        client.sendto(b"x", MSG_FASTOPEN, ("127.0.0.1", 7099))
        cut(listener.accept()[0])


def fast_open(closes_early):
    """Ten servers that answer what came in the SYN; the ACK comes half a second later."""
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
    # Until the servers' FIN, or data, have been sent again and acknowledged.
    time.sleep(2)
    return {"handshakes": 11}


def fast_open_early():
    return fast_open(closes_early=True)


def fast_open_late():
    return fast_open(closes_early=False)


def late_syn():
    """connect() leaves the SYN to the first write, a third of a second later."""
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
    """connect() leaves the SYN to a write that never comes."""
    fast_open_cookie()
    with listening(7000, FASTOPEN=16):
        for _ in range(5):
            client = socket.socket()
            client.setsockopt(TCP, FASTOPEN_CONNECT, 1)
            client.connect(("127.0.0.1", 7000))
            client.close()
    return {"handshakes": 1}


def deferred():
    """The listener takes a connection when there are data; two clients send late, one never does."""
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
    """Every SYN is answered with a cookie."""
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
    """Four ports, all taken."""
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
        # One that was connected before still has what that left in its socket.
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


def disconnect(client):
    """AF_UNSPEC: what libc's connect() takes and Python's does not."""
    address = struct.pack("H14x", socket.AF_UNSPEC)
    ctypes.CDLL(None, use_errno=True).connect(client.fileno(), address, len(address))


def repair():
    """Ten pairs that are put into their state as CRIU does; nothing listens, and no port is one that clients are given."""
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
    print("ready", flush=True)
    sys.stdin.read()
    cut(*kept)
    return {}


def half_open():
    """Bare SYNs of a socket that does not exist, so that this machine answers the SYN-ACKs with resets."""
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


# ---- states, bytes, segments ----


def shut_then_closed():
    with listening(7000) as listener:
        for _ in range(3):
            client = connected(7000)
            server = listener.accept()[0]
            client.shutdown(socket.SHUT_WR)
            time.sleep(0.05)
            client.close()
            time.sleep(0.05)
            server.close()
    return {}


def transfer(size, hook, rule):
    """Sends so much over a veth pair, while this machine drops some of what it sends."""
    peer = subprocess.Popen(["unshare", "--net", "sleep", "60"])
    time.sleep(0.2)
    inside = ["nsenter", f"--net=/proc/{peer.pid}/ns/net"]
    run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb", "netns", str(peer.pid))
    run("ip", "address", "add", "10.5.0.1/24", "dev", "va")
    run("ip", "link", "set", "va", "up")
    run(*inside, "ip", "address", "add", "10.5.0.2/24", "dev", "vb")
    run(*inside, "ip", "link", "set", "vb", "up")
    if hook == "qdisc":
        run("tc", "qdisc", "add", "dev", "va", "root", *rule.split())
    else:
        filtered(hook, rule)
    receiver = subprocess.Popen([*inside, sys.executable, "-c", """
import socket
listener = socket.create_server(("10.5.0.2", 7000))
print("ready", flush=True)
server = listener.accept()[0]
count = 0
while piece := server.recv(1 << 20):
    count += len(piece)
print(count)
"""], stdout=subprocess.PIPE, text=True)
    receiver.stdout.readline()
    client = socket.create_connection(("10.5.0.2", 7000))
    client.sendall(b"w" * size)
    client.shutdown(socket.SHUT_WR)
    received = int(receiver.stdout.readline())
    client.recv(1)
    client.close()
    time.sleep(0.2)
    peer.kill()
    return {"sent": received}


def shaped():
    return transfer(5_000_000, "qdisc", "tbf rate 20mbit burst 16k limit 30k")


def dropped_here():
    return transfer(3_000_000, "output", "tcp dport 7000 numgen random mod 100 < 5 drop")


def rejected_here():
    return transfer(300_000, "output", "tcp dport 7000 numgen random mod 100 < 5 reject")


def dropped_there():
    return transfer(2_000_000, "input", "tcp sport 7000 numgen random mod 100 < 5 drop")


def losses():
    """Loss in the midst and at the end, and all at once for a while: acknowledgements, probes and timeouts recover it."""
    random.seed(1)
    listener = listening(7000)
    client = connected(7000)
    server = listener.accept()[0]
    threading.Thread(target=lambda: [0 for _ in iter(lambda: len(server.recv(65536)), 0)]).start()
    filtered("input", "tcp dport 7000 tcp flags & (syn|fin) == 0 numgen random mod 100 < 5 drop")
    for _ in range(250):
        client.send(b"r" * 20000)
        time.sleep(0.002)
    time.sleep(1)
    unfiltered()
    # The tail alone is lost: a probe finds out.
    for _ in range(3):
        filtered("input", "tcp dport 7000 tcp flags & (psh) != 0 drop")
        client.send(b"t" * 100)
        time.sleep(0.003)
        unfiltered()
        time.sleep(0.5)
    # All is lost for so long that the timer runs out, and then there is much to send again.
    filtered("input", "tcp dport 7000 drop")
    for _ in range(8):
        client.send(b"o" * 50000)
        time.sleep(0.01)
    time.sleep(0.4)
    unfiltered()
    time.sleep(2)
    client.close()
    server.close()
    time.sleep(0.3)
    return {}


def stuck():
    """Four programs that do not read, and what waits for them."""
    listener = listening(7000)
    for _ in range(4):
        client = connected(7000)
        server = listener.accept()[0]
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                client.send(b"z" * 65536)
        kept.extend([client, server])
    # One that waits for nothing.
    kept.extend([connected(7000), listener.accept()[0]])
    print("ready", flush=True)
    sys.stdin.read()
    cut(*kept)
    return {}


def left_behind():
    """A server with TIME_WAIT connections that has stopped."""
    with listening(8080) as listener:
        for _ in range(100):
            client = connected(8080)
            server = listener.accept()[0]
            server.close()
            client.close()
    return {}


def one_worker_hangs():
    """Four listeners on one port, one of which takes nothing."""
    workers = []
    for _ in range(4):
        worker = socket.socket()
        worker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        worker.bind(("127.0.0.1", 7010))
        worker.listen(4)
        workers.append(worker)
    for worker in workers[1:]:
        threading.Thread(target=lambda w=worker: [taken.append(w.accept()) for _ in iter(int, 1)], daemon=True).start()
    for _ in range(60):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", 7010))
        kept.append(client)
        time.sleep(0.01)
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)


# ---- services ----


def answering():
    """A service that answers at once, and who asks it all the time."""
    serve_and_ask(7020, 0)


def answering_late():
    """A service that takes its time."""
    serve_and_ask(7021, 0.4)


def serve_and_ask(port, delay):
    listener = listening(port)

    def serve():
        server = listener.accept()[0]
        while server.recv(100):
            time.sleep(delay)
            server.send(b"answer")

    def ask():
        client = connected(port)
        while True:
            client.send(b"question")
            client.recv(100)
            time.sleep(0.05)

    for end in (serve, ask):
        threading.Thread(target=end, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)


kept, taken = [], []

if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]]()))
