"""Services in trouble: slow ones, one with a worker that hangs, and one with too many connections."""

import os
import resource
import socket
import struct
import sys
import threading
import time

from sockets import connected, kept, listening, wait_for_end


taken = []


def one_worker_hangs():
    """Four listeners share a port, and one of them accepts nothing."""
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
    wait_for_end()
    # Without waiting for the threads.
    os._exit(0)


def crowd():
    """Sixty-seven thousand connections, in five processes, because one may not open so many files."""
    children = []
    for number in range(5):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
            listener = listening(7030 + number)
            for _ in range(6700):
                kept.extend([connected(7030 + number), listener.accept()[0]])
            for end in kept:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.write(writing, b"x")
            sys.stdin.read()
            os._exit(0)
        children.append(child)
        os.read(reading, 1)
    wait_for_end()
    for child in children:
        os.waitpid(child, 0)
    return {}


def answering():
    """A service that answers at once, and a client that asks all the time."""
    serve_and_ask(7020, 0)


def answering_late():
    """A service that answers late."""
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
    wait_for_end()
    os._exit(0)
