"""Connections to an HTTP server whose clients are idle or slow, and that are made again when the server closes them.

Usage: flood.py PORT COUNT

A third of them send nothing, a third a byte of a request now and then, and a third a request whose body never ends. A
connection that the server has closed is made again after two seconds. It prints a line when COUNT connections have been
made, and ends when its input ends.
"""

import select
import socket
import sys
import threading
import time

PORT, COUNT = int(sys.argv[1]), int(sys.argv[2])
OPENINGS = [b"", b"GET /metrics HTT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"]


class Client:
    def __init__(self, number):
        self.opening, self.socket, self.due = OPENINGS[number % 3], None, 0

    def go_on(self):
        """Connects if it is not, and sends the next byte."""
        try:
            if not self.socket:
                if time.monotonic() < self.due:
                    return
                self.socket = socket.create_connection(("127.0.0.1", PORT), timeout=2)
                self.socket.settimeout(0.2)
                self.socket.sendall(self.opening)
            elif self.opening:
                self.socket.sendall(b"x")
            if select.select([self.socket], [], [], 0)[0] and not self.socket.recv(4096):
                raise ConnectionError
        except OSError:
            if self.socket:
                self.socket.close()
            self.socket, self.due = None, time.monotonic() + 2


clients = [Client(number) for number in range(COUNT)]


def flood():
    is_first = True
    while True:
        begin = time.monotonic()
        for client in clients:
            client.go_on()
        if is_first:
            print("flooded", flush=True)
            is_first = False
        time.sleep(max(0.01, 0.3 - (time.monotonic() - begin)))


threading.Thread(target=flood, daemon=True).start()
sys.stdin.read()
