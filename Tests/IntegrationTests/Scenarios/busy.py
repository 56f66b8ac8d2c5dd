"""A service with much to do, and nothing wrong: load that doubles, deployments, and a backup."""

import os
import socket
import threading
import time

from sockets import listening, wait_for_end


def busy():
    """Clients that become more, a server that is replaced every few seconds, and a copy to a reader with a slow disk."""
    threading.Thread(target=serve_and_deploy, daemon=True).start()
    time.sleep(0.2)
    for delay in (0, 3):
        threading.Thread(target=ask, args=(delay,), daemon=True).start()
    threading.Thread(target=back_up, daemon=True).start()
    wait_for_end()
    # Without waiting for the threads.
    os._exit(0)


def serve_and_deploy():
    while True:
        listener = listening(7040)
        end = time.monotonic() + 5
        listener.settimeout(0.1)
        while time.monotonic() < end:
            try:
                server = listener.accept()[0]
            except TimeoutError:
                continue
            server.settimeout(1)
            server.recv(100)
            server.sendall(b"answer" * 1000)
            server.close()
        # Some clients are refused.
        listener.close()
        time.sleep(0.03)


def ask(delay):
    time.sleep(delay)
    while True:
        try:
            with socket.create_connection(("127.0.0.1", 7040), timeout=2) as client:
                client.send(b"question")
                while client.recv(10000):
                    pass
        except OSError:
            # A client that was refused waits before it tries again.
            time.sleep(0.2)
        time.sleep(0.02)


def back_up():
    listener = listening(7041)
    writer = socket.create_connection(("127.0.0.1", 7041))
    reader = listener.accept()[0]
    threading.Thread(target=copy, args=(writer,), daemon=True).start()
    while reader.recv(1 << 18):
        time.sleep(0.002)


def copy(writer):
    while True:
        writer.sendall(bytes(1 << 18))
