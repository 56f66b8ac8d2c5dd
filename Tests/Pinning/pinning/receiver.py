"""A receiver of OTLP on a socket of this machine, which opens no TCP connection that would be counted."""

import gzip
import http.server
import os
import socketserver
import sys
import threading

from . import otlp


def texts(attributes):
    """The attributes of a point that are texts."""
    return {key: value[2:].decode(errors="replace") for key, value in attributes}


class Ledger:
    """Follows the counters of one agent after another."""

    def __init__(self, with_own=False):
        # By resource, metric and attributes: start and value.
        self.series = {}
        self.starts = set()
        self.exports = 0
        self.faults = []
        self._with_own = with_own
        self._lock = threading.RLock()

    def take(self, request):
        with self._lock:
            self.exports += 1
            for point in otlp.sums(request, self._with_own):
                self._follow(point)

    def _follow(self, point):
        key = point.subject, point.name, point.attributes
        before = self.series.get(key)
        what = f"{point.name} {point.attributes}"
        if before and before[0] != point.start:
            self.restarted(what, before[0], point.start)
        if before and point.value < before[1]:
            self.faults.append(f"{what}: fell from {before[1]} to {point.value}")
        self.series[key] = point.start, point.value
        self.starts.add(point.start)

    def restarted(self, what, before, start):
        """Called when a series has another start than it had."""
        self.faults.append(f"{what}: started at {before}, and then at {start}")

    def sum(self, name, **wanted):
        """The sum of the series of a metric that have these values of attributes; None for those without one."""
        with self._lock:
            total = 0
            for (_, found, attributes), (_, value) in self.series.items():
                if found != name:
                    continue
                values = {key.replace(".", "_"): text for key, text in texts(attributes).items()}
                if all(values.get(key) == text for key, text in wanted.items()):
                    total += value
            return total

    def highest(self, name, attribute):
        """The highest value of a metric for each value of an attribute.

        For a counter that each agent has as its own, and that begins where the one before it ended.
        """
        with self._lock:
            found = {}
            for (_, metric, attributes), (_, value) in self.series.items():
                if metric == name:
                    kind = texts(attributes)[attribute]
                    found[kind] = max(found.get(kind, 0), value)
            return found


def handler(answer):
    """A handler of requests. `answer` gets the body of each, and returns the status and the body of the response."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                # The client has given up or ended, so it has sent only a part.
                self.close_connection = True
                return
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            status, text = answer(body)
            self.send_response(status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

        def address_string(self):
            return "agent"

    return Handler


class Server(socketserver.ThreadingMixIn):
    """Serves each connection in a thread of its own, until `shutdown()`; mixed into a server of `socketserver`."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        """An agent that is killed does not wait for its answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def begin(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self


class _UnixServer(Server, socketserver.UnixStreamServer):
    pass


class Receiver(Ledger):
    """A ledger on a Unix socket."""

    def __init__(self, path):
        super().__init__()
        self.path = path

        def answer(body):
            self.take(body)
            return 200, b""

        self._server = _UnixServer(str(path), handler(answer)).begin()

    def close(self):
        self._server.shutdown()
        os.unlink(self.path)
