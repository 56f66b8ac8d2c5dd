"""Faults of the Collector."""

import collections
import contextlib
import gzip
import signal
import socketserver
import time

from pinning.receiver import Server

from .bench import COLLECTOR, PORT
from .fault import Fault

DELIVERS = "what waits arrives in order, and counters miss nothing"


class OfCollector(Fault):
    # The answer to the last request before the fault may get lost.
    repeats = 1


class Killed(OfCollector):
    name = "Collector killed"
    promised = DELIVERS

    def make(self, bench):
        bench.collector.stop(signal.SIGKILL)

    def heal(self, bench):
        bench.collector.start()


class Hung(OfCollector):
    name = "Collector hung"
    promised = f"attempts end by their timeout; {DELIVERS}"
    # What it was sent while it hung, it may still read.
    repeats = 3

    def make(self, bench):
        bench.collector.send(signal.SIGSTOP)

    def heal(self, bench):
        bench.collector.send(signal.SIGCONT)


class Slow(OfCollector):
    name = "Collector slow"
    promised = f"collections go on meanwhile; {DELIVERS}"
    # More than the interval, less than the timeout.
    DELAY = 1.5

    def make(self, bench):
        def wait(_):
            time.sleep(self.DELAY)

        bench.receiver.instead = wait

    def heal(self, bench):
        bench.receiver.instead = None


class Answering(socketserver.StreamRequestHandler):
    """Answers what no receiver of OTLP would."""

    timeout = 5

    def handle(self):
        body = self._request()
        if body is None:
            return
        answer = self.server.answers[0]
        self.server.answers.rotate(-1)
        # What is answered by a status of success counts as accepted.
        if answer.startswith(b"HTTP/1.1 2"):
            self.server.take(body)
        with contextlib.suppress(OSError):
            self.wfile.write(answer)

    def _request(self):
        """The body of a request; None if there is none."""
        headers = {}
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        if b"content-length" not in headers:
            return None
        body = self.rfile.read(int(headers[b"content-length"]))
        return gzip.decompress(body) if headers.get(b"content-encoding") == b"gzip" else body


class _NonsenseServer(Server, socketserver.TCPServer):
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """An agent that has had enough of an answer closes the connection."""


class Nonsense(OfCollector):
    """Another program has the port of the Collector."""

    name = "Collector answers nonsense"
    promised = "nothing ends the agent; a success is a success, what is refused for good is counted as lost"
    acts_on_running = False
    seconds = 15
    may_lose = ("418", "999")
    TYPE = b"Content-Type: application/x-protobuf\r\n"
    ANSWERS = (
        b"\x16\x03\x01 this is not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
        b"HTTP/1.1 200 OK\r\n" + TYPE + b"Content-Length: 8\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff",
        b"HTTP/1.1 200 OK\r\n" + TYPE + b"Content-Length: 1000\r\n\r\nhalf",
        b"HTTP/1.1 503 Later\r\nRetry-After: the day after tomorrow\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 418 I am a teapot\r\nContent-Length: 6\r\n\r\n\x00\x1b[2J\n",
        b"HTTP/1.1 999 \r\n" + b"X: y\r\n" * 1000 + b"\r\n",
        b"",
    )

    def make(self, bench):
        bench.collector.stop()
        with bench.outside.entered():
            self._server = _NonsenseServer((COLLECTOR, PORT), Answering)
        self._server.answers, self._server.take = collections.deque(self.ANSWERS), bench.receiver.take
        self._server.begin()

    def heal(self, bench):
        self._server.shutdown()
        self._server.server_close()
        bench.collector.start()

    def seen(self, bench):
        dropped = ", ".join(f"{count:.0f} points counted as lost ({reason})" for reason, count in bench.receiver.dropped.items())
        return f"{len(self.ANSWERS)} kinds of answers; {dropped or 'nothing lost'}"


ALL = (Killed, Hung, Slow, Nonsense)
