"""What runs in containers: services, and clients that keep some connections and reset others.

Usage: containers.py serve PORT | ask PORT KEPT RESET
"""

import sys
import time

sys.dont_write_bytecode = True

from sockets import connected, cut, kept, listening


def serve(port):
    listener = listening(port)
    while True:
        kept.append(listener.accept()[0])


def ask(port, count, reset):
    kept.extend(connected(port) for _ in range(count))
    for client in kept:
        client.send(b"x" * 10)
    for _ in range(reset):
        cut(connected(port))
    time.sleep(1000)


if __name__ == "__main__":
    {"serve": serve, "ask": ask}[sys.argv[1]](*map(int, sys.argv[2:]))
