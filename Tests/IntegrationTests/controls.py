"""Connections that begin, wait and end in rare ways, each as the kernel means it to be.

Usage: controls.py SCENARIO     in a network namespace of its own, of which it changes settings, links and rules

When nothing more will happen, it prints what there is to count, as JSON, and keeps its sockets until its input ends:

    client, server          handshakes that succeed
    refused, reset, …       those of clients that fail, by error.type
    A>B                     changes of state
    sent, received          bytes of data
    reset_in                resets that arrive

What is left out is zero; changes of state that are left out do not matter.
"""

import contextlib
import errno
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time

from unusual import REPAIR, TCP, cut, disconnect, filtered, kept, listening, run, set_option, unfiltered

LINGER2, KEEPIDLE, KEEPINTVL, KEEPCNT, USER_TIMEOUT = 8, 4, 5, 6, 18
PAUSE = 0.05


def pair(port=7000, backlog=128):
    """Both ends of a connection; the listener is gone."""
    with listening(port, backlog) as listener:
        client = socket.create_connection(("127.0.0.1", port))
        ends = client, listener.accept()[0]
    kept.extend(ends)
    return ends


def starting(port, host="127.0.0.1", client=None):
    """A socket that connects, and waits for nothing."""
    client = client or socket.socket()
    client.setblocking(False)
    client.connect_ex((host, port))
    kept.append(client)
    return client


def fails(what, *numbers):
    """Does what must fail with one of these errors."""
    try:
        what()
    except OSError as error:
        assert error.errno in numbers, error
    else:
        raise AssertionError(f"no failure, but one of {numbers}")


def killed(*filter):
    """Has the kernel abort the sockets that ss finds by this."""
    subprocess.run(["ss", "-KHtn", *filter], check=True, stdout=subprocess.DEVNULL)


def lingering(end, seconds):
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, seconds))


def black_hole():
    """A route to where nothing ever answers."""
    run("ip", "route", "add", "192.0.2.0/24", "dev", "lo")


# ---- ended by others ----


def killed_established():
    pair()
    killed("dport", "=", "7000")
    return {"client": 1, "server": 1, "established>closed": 2, "reset_in": 1}


def killed_syn_sent():
    black_hole()
    starting(80, "192.0.2.1")
    killed("dport", "=", "80")
    return {"_OTHER": 1, "syn_sent>closed": 1}


def killed_close_wait():
    client, _ = pair()
    client.shutdown(socket.SHUT_WR)
    time.sleep(PAUSE)
    killed("state", "close-wait")
    return {"client": 1, "server": 1, "close_wait>closed": 1, "fin_wait_2>closed": 1, "reset_in": 1}


def killed_orphan():
    client, _ = pair()
    client.close()
    time.sleep(PAUSE)
    killed("state", "fin-wait-2")
    return {"client": 1, "server": 1, "fin_wait_1>fin_wait_2": 1, "fin_wait_2>closed": 1}


def listener_closed():
    """Five connections wait to be accepted, and three SYNs for their ACK."""
    listener = listening(7000)
    clients = [starting(7000) for _ in range(5)]
    filtered("input", "tcp dport 7000 tcp flags & (syn|ack) == ack drop")
    late = [starting(7000) for _ in range(3)]
    time.sleep(PAUSE)
    listener.close()
    unfiltered()
    for client in late:
        client.send(b"x")
    time.sleep(PAUSE)
    assert len(clients) == 5
    return {"client": 8, "server": 5, "established>closed": 13, "listen>closed": 1, "reset_in": 8, "sent": 3}


def abort_on_overflow():
    """The queue has a place for one of two that are about to finish their handshakes."""
    set_option("tcp_abort_on_overflow", 1)
    kept.append(listening(7000, 2))
    for _ in range(2):
        starting(7000)
    filtered("input", "tcp dport 7000 tcp flags & (syn|ack) == ack drop")
    clients = [starting(7000) for _ in range(2)]
    time.sleep(PAUSE)
    unfiltered()
    for client in clients:
        client.send(b"x")
    time.sleep(PAUSE)
    return {"client": 4, "server": 3, "established>closed": 1, "reset_in": 1, "sent": 2, "received": 1}


def rejected():
    """By a rule: before a handshake, and in the midst of a connection."""
    kept.append(listening(7001))
    client, _ = pair()
    filtered("input", "tcp dport { 7000, 7001 } reject with tcp reset")
    for _ in range(3):
        fails(lambda: socket.create_connection(("127.0.0.1", 7001)), errno.ECONNREFUSED)
    client.send(b"x" * 10)
    time.sleep(PAUSE)
    unfiltered()
    return {"client": 1, "server": 1, "refused": 3, "syn_sent>closed": 3, "established>closed": 1, "reset_in": 4,
            "sent": 10}


def half_open():
    """The other end is gone without a word."""
    client, server = pair()
    server.setsockopt(TCP, REPAIR, 1)
    server.close()
    client.send(b"x")
    time.sleep(PAUSE)
    return {"client": 1, "server": 1, "established>closed": 2, "reset_in": 1, "sent": 1}


def reset_after_fin():
    client, server = pair()
    client.shutdown(socket.SHUT_WR)
    time.sleep(PAUSE)
    cut(client)
    fails(lambda: server.send(b"x"), errno.EPIPE)
    return {"client": 1, "server": 1, "fin_wait_2>closed": 1, "close_wait>closed": 1, "reset_in": 1}


# ---- begun in other ways ----


def simultaneous():
    filtered("input", "tcp flags & (syn|ack) == syn drop")
    for here, there in ((7001, 7002), (7002, 7001)):
        client = socket.socket()
        client.bind(("127.0.0.1", here))
        starting(there, client=client)
        # Each has its own time to send its SYN again.
        time.sleep(0.2)
    unfiltered()
    time.sleep(1.2)
    return {"client": 2, "syn_sent>established": 1, "syn_sent>syn_received": 1, "syn_received>established": 1}


def with_itself():
    client = socket.socket()
    client.bind(("127.0.0.1", 7000))
    client.connect(("127.0.0.1", 7000))
    client.send(b"x" * 10)
    client.recv(10)
    client.close()
    time.sleep(PAUSE)
    return {"client": 1, "syn_sent>syn_received": 1, "syn_received>established": 1, "fin_wait_1>closing": 1,
            "closing>closed": 1, "sent": 10, "received": 10}


def reconnected():
    """One socket, three connections."""
    client = socket.socket()
    with listening(7000) as listener:
        for _ in range(3):
            client.connect(("127.0.0.1", 7000))
            server = listener.accept()[0]
            kept.append(server)
            client.send(b"x" * 50)
            server.recv(50)
            disconnect(client)
            time.sleep(PAUSE)
    kept.append(client)
    return {"client": 3, "server": 3, "established>closed": 6, "reset_in": 3, "sent": 150, "received": 150}


def refused_then_connected():
    client = socket.socket()
    fails(lambda: client.connect(("127.0.0.1", 7000)), errno.ECONNREFUSED)
    listener = listening(7000)
    client.connect(("127.0.0.1", 7000))
    kept.extend([listener, client])
    return {"client": 1, "server": 1, "refused": 1, "closed>syn_sent": 2, "syn_sent>closed": 1, "reset_in": 1}


def given_up():
    """A program has less patience than the kernel."""
    black_hole()
    for _ in range(3):
        starting(80, "192.0.2.1").close()
    return {"_OTHER": 3, "syn_sent>closed": 3}


def listened_again():
    listener = listening(7000, 9)
    for backlog in (3, 0):
        listener.shutdown(socket.SHUT_RD)
        listener.listen(backlog)
    client = socket.create_connection(("127.0.0.1", 7000))
    kept.extend([listener, client, listener.accept()[0]])
    return {"client": 1, "server": 1, "closed>listen": 3, "listen>closed": 2}


def migrated():
    """Eight connections wait for a listener that closes, and another one takes them."""
    set_option("tcp_migrate_req", 1)
    listeners = []
    for _ in range(2):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 7000))
        listener.listen(128)
        if not listeners:
            clients = [starting(7000) for _ in range(8)]
        listeners.append(listener)
    listeners[0].close()
    kept.extend(listeners[1].accept()[0] for _ in clients)
    kept.append(listeners[1])
    return {"client": 8, "server": 8, "listen>closed": 1, "established>closed": 0}


def port_of_time_wait():
    """The kernel gives a client a port whose last connection is in TIME_WAIT."""
    set_option("tcp_tw_reuse", 1)
    set_option("ip_local_port_range", "40000 40000")
    with listening(7000) as listener:
        for _ in range(2):
            client = socket.create_connection(("127.0.0.1", 7000))
            server = listener.accept()[0]
            client.close()
            time.sleep(PAUSE)
            server.close()
            time.sleep(1.1)
    return {"client": 2, "server": 2, "fin_wait_2>closed": 2, "last_ack>closed": 2}


def syn_in_time_wait():
    """A server's TIME_WAIT ends with the client's next SYN."""
    with listening(7000) as listener:
        for _ in range(3):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            client.bind(("127.0.0.1", 40000))
            client.connect(("127.0.0.1", 7000))
            server = listener.accept()[0]
            server.close()
            time.sleep(PAUSE)
            client.close()
            time.sleep(PAUSE)
    return {"client": 3, "server": 3, "fin_wait_2>closed": 3, "last_ack>closed": 3}


def few_buckets():
    set_option("tcp_max_tw_buckets", 2)
    for _ in range(12):
        client, server = pair()
        client.close()
        time.sleep(0.01)
        server.close()
    time.sleep(PAUSE)
    return {"client": 12, "server": 12, "fin_wait_2>closed": 12, "last_ack>closed": 12, "reset_in": 10}


def outermost_ports():
    for port in (1, 65535):
        listener = listening(port)
        client = socket.create_connection(("127.0.0.1", port))
        kept.extend([listener, client, listener.accept()[0]])
    return {"client": 2, "server": 2}


def link_local():
    run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb")
    run("ip", "address", "add", "fe80::1/64", "dev", "va", "nodad")
    run("ip", "link", "set", "va", "up")
    run("ip", "link", "set", "vb", "up")
    address = ("fe80::1", 7000, 0, socket.if_nametoindex("va"))
    listener = socket.socket(socket.AF_INET6)
    listener.bind(address)
    listener.listen()
    client = socket.socket(socket.AF_INET6)
    client.connect(address)
    server = listener.accept()[0]
    client.send(b"x" * 10)
    server.recv(10)
    kept.extend([listener, client, server])
    return {"client": 1, "server": 1, "sent": 10, "received": 10}


def no_way():
    """connect() fails before the socket has another state."""
    kinds = ("unreachable", "198.18.0.0/24"), ("prohibit", "198.18.1.0/24"), ("blackhole", "198.18.2.0/24")
    for kind, network in kinds:
        run("ip", "route", "add", kind, network)
    for host in ("198.18.0.1", "198.18.1.1", "198.18.2.1", "203.0.113.1"):
        client = socket.socket()
        fails(lambda: client.connect((host, 80)), errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL, errno.ENETUNREACH)
        kept.append(client)
    return {"closed>syn_sent": 0, "syn_sent>closed": 0}


# ---- ended in other ways ----


def both_shut():
    client, server = pair()
    for end in (client, server):
        end.shutdown(socket.SHUT_WR)
        time.sleep(PAUSE)
    for end in (client, server):
        end.close()
    return {"client": 1, "server": 1, "established>fin_wait_1": 1, "fin_wait_1>fin_wait_2": 1, "fin_wait_2>closed": 1,
            "established>close_wait": 1, "close_wait>last_ack": 1, "last_ack>closed": 1}


def lingered_not():
    client, server = pair()
    client.send(b"x" * 1000)
    cut(client)
    return {"client": 1, "server": 1, "established>closed": 2, "reset_in": 1, "sent": 1000, "received": 1000}


def lingered_in_vain():
    """What is sent is lost for longer than close() waits."""
    client, server = pair()
    filtered("input", "tcp dport 7000 drop")
    lingering(client, 1)
    client.send(b"x" * 100)
    client.close()
    unfiltered()
    server.recv(100)
    time.sleep(1)
    server.close()
    time.sleep(PAUSE)
    return {"client": 1, "server": 1, "established>fin_wait_1": 1, "fin_wait_1>fin_wait_2": 1, "fin_wait_2>closed": 1,
            "last_ack>closed": 1, "sent": 100, "received": 100}


def no_fin_wait():
    client, _ = pair()
    client.setsockopt(TCP, LINGER2, -1)
    client.shutdown(socket.SHUT_WR)
    time.sleep(PAUSE)
    client.close()
    time.sleep(PAUSE)
    return {"client": 1, "server": 1, "fin_wait_2>closed": 1, "close_wait>closed": 1, "reset_in": 1}


def unread():
    client, server = pair()
    client.send(b"x" * 10)
    server.close()
    time.sleep(PAUSE)
    return {"client": 1, "server": 1, "established>closed": 2, "reset_in": 1, "sent": 10, "received": 10}


def user_timeout():
    client, _ = pair()
    filtered("input", "tcp dport { 7000, 7001 } drop")
    client.setsockopt(TCP, USER_TIMEOUT, 300)
    client.send(b"x" * 10)
    other = socket.socket()
    other.setsockopt(TCP, USER_TIMEOUT, 300)
    fails(lambda: other.connect(("127.0.0.1", 7001)), errno.ETIMEDOUT)
    time.sleep(0.5)
    fails(lambda: client.send(b"x"), errno.ETIMEDOUT)
    unfiltered()
    return {"client": 1, "server": 1, "timed_out": 1, "syn_sent>closed": 1, "established>closed": 1, "sent": 10}


def no_sign_of_life():
    client, _ = pair()
    filtered("input", "tcp dport 7000 drop")
    for option in (KEEPIDLE, KEEPINTVL, KEEPCNT):
        client.setsockopt(TCP, option, 1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    time.sleep(2.5)
    fails(lambda: client.send(b"x"), errno.ETIMEDOUT)
    unfiltered()
    return {"client": 1, "server": 1, "established>closed": 1}


def orphan_given_up():
    set_option("tcp_orphan_retries", 1)
    client, _ = pair()
    filtered("input", "tcp dport 7000 drop")
    client.close()
    time.sleep(1.5)
    unfiltered()
    return {"client": 1, "server": 1, "established>fin_wait_1": 1, "fin_wait_1>closed": 1}


def zero_window():
    client, server = pair()
    client.setblocking(False)
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            sent += client.send(b"x" * 65536)
    time.sleep(1.2)
    client.setblocking(True)
    client.shutdown(socket.SHUT_WR)
    received = 0
    while piece := server.recv(1 << 20):
        received += len(piece)
    assert received == sent
    return {"client": 1, "server": 1, "established>fin_wait_1": 1, "sent": sent, "received": sent}


def by_file_and_urgently():
    client, server = pair()
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 1_000_000)
        file.flush()
        file.seek(0)
        client.settimeout(10)
        sent = received = 0
        server.setblocking(False)
        while sent < 1_000_000:
            sent += os.sendfile(client.fileno(), file.fileno(), sent, 100_000)
            with contextlib.suppress(BlockingIOError):
                while piece := server.recv(1 << 20):
                    received += len(piece)
    client.send(b"!", socket.MSG_OOB)
    server.setblocking(True)
    while received < 1_000_000:
        received += len(server.recv(1 << 20))
    time.sleep(PAUSE)
    return {"client": 1, "server": 1, "sent": 1_000_001, "received": 1_000_001}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]]()), flush=True)
    sys.stdin.read()
