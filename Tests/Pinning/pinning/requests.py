"""Connections that carry data, among them some that stay open while agents come and go."""

import threading
import time

from soak.generator import Traffic

PORT, KEPT_PORT = 8101, 8102
# The size of a request and of an answer (Tests/Traffic/exchanges.c), and of what a kept connection sends at a time.
SIZE = 100
KEPT_SIZE = 1000
AT_ONCE = 50
KEPT = 20


class Requests:
    """Requests on short connections, and data on kept ones, until `close()`."""

    def __init__(self, namespace, program):
        self._clients, self._servers = Traffic(namespace, program), Traffic(namespace, program)
        self._servers.say(f"listen 4 {PORT} 128")
        self._kept = Traffic(namespace, program)
        self._kept.say(f"listen 4 {KEPT_PORT} 128")
        self.made, self.kept_bytes = 0, 0
        self._is_on, self._idle, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._idle.set()
        self._failure = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def open(self):
        """Opens the kept connections. Those that are older than the first agent would be known in part only."""
        self._kept.say(f"connect kept 4 {KEPT_PORT} {KEPT}")

    def resume(self):
        self._is_on.set()

    def pause(self):
        """Returns when nothing is sent any more."""
        self._is_on.clear()
        self._idle.wait()
        if self._failure:
            raise self._failure

    def _work(self):
        while not self._ended.is_set():
            if not self._is_on.is_set():
                self._idle.set()
                self._is_on.wait(0.1)
                continue
            self._idle.clear()
            try:
                server = threading.Thread(target=self._servers.say, args=(f"serve {PORT} {AT_ONCE}",))
                server.start()
                self._clients.say(f"request 4 {PORT} {AT_ONCE}")
                server.join()
                self.made += AT_ONCE
                self._kept.say(f"send kept client {KEPT_SIZE}")
                self._kept.say("drain kept server")
                self.kept_bytes += KEPT * KEPT_SIZE
            except Exception as failure:
                self._failure = failure
                self._idle.set()
                return
            time.sleep(0.02)

    @property
    def client_bytes(self):
        """What clients have sent, and servers have received."""
        return SIZE * self.made + self.kept_bytes

    @property
    def server_bytes(self):
        """What servers have sent, and clients have received."""
        return SIZE * self.made

    @property
    def opened(self):
        """How many connections there have been."""
        return self.made + KEPT

    def finish(self):
        """Closes the kept connections."""
        self._kept.say("close kept client")
        self._kept.say("close kept server")

    def close(self):
        self._ended.set()
        self._is_on.set()
        self._thread.join()
        for worker in (self._clients, self._servers, self._kept):
            worker.close()
