"""Ends connections over loopback in each way that the kernel has a counter for, so that tests can compare counts.

Usage: mishaps.py     in a network namespace of its own, because it changes the rules of nftables
"""

import contextlib
import socket
import struct
import subprocess
import time

LINGER2 = 8
USER_TIMEOUT = 18
TCP = socket.IPPROTO_TCP


def pair(port, receive_buffer=None):
    """A client and the server's end of its connection."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if receive_buffer:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        client = socket.create_connection(("127.0.0.1", port))
        return client, listener.accept()[0]


def reset(*ends):
    """Ends connections at once, so that nothing happens after the script."""
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()


def fill(client):
    """Sends until the buffers are full."""
    client.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            client.send(b"z" * 4096)


def close_with_unread_data():
    client, server = pair(7001)
    client.send(b"x")
    time.sleep(0.02)
    server.close()
    client.close()


def data_after_close():
    client, server = pair(7002)
    server.close()
    client.send(b"x")
    time.sleep(0.02)
    client.close()


def no_lingering():
    client, server = pair(7003)
    client.shutdown(socket.SHUT_WR)
    time.sleep(0.02)
    client.setsockopt(TCP, LINGER2, -1)
    client.close()
    server.close()


def no_answer():
    client, server = pair(7004)
    client.setsockopt(TCP, USER_TIMEOUT, 300)
    rules = "add table inet mishaps; add chain inet mishaps in { type filter hook input priority 0; };"
    subprocess.run(["nft", rules + "add rule inet mishaps in tcp dport 7004 drop"], check=True)
    client.send(b"x")
    with contextlib.suppress(TimeoutError):
        client.recv(1)
    client.close()
    subprocess.run(["nft", "flush chain inet mishaps in"], check=True)
    reset(server)


def zero_window():
    client, server = pair(7005, receive_buffer=4096)
    fill(client)
    # The first probe comes after a retransmission timeout.
    time.sleep(0.7)
    reset(client, server)


def full_receive_queue():
    client, server = pair(7006)
    # The client fills the window that was announced before, and the data no longer fit.
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    fill(client)
    time.sleep(0.3)
    reset(client, server)


for mishap, times in (
    (close_with_unread_data, 3),
    (data_after_close, 2),
    (no_lingering, 4),
    (no_answer, 1),
    (zero_window, 2),
    (full_receive_queue, 2),
):
    for _ in range(times):
        mishap()
