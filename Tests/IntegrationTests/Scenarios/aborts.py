"""Connections that somebody else ends: the kernel, a rule, the peer, or a listener that closes."""

import errno
import socket
import time

from pairs import PAUSE, black_hole, fails, killed, pair, starting
from sockets import REPAIR, TCP, cut, filtered, kept, listening, set_option, unfiltered


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
    """Five connections wait to be accepted, and three handshakes wait for their ACK."""
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
    """Two handshakes are about to finish, and the accept queue has room for one."""
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
    """A rule rejects SYNs, and a segment of an established connection."""
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
    """The other end no longer exists and has sent no FIN."""
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
