"""Connections that end in rare ways, by what their own ends do."""

import contextlib
import errno
import os
import socket
import tempfile
import time

from pairs import PAUSE, fails, lingering, pair
from sockets import KEEPCNT, KEEPIDLE, KEEPINTVL, LINGER2, TCP, USER_TIMEOUT, cut, filtered, set_option, unfiltered


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
    """Segments are lost for longer than close() waits."""
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
