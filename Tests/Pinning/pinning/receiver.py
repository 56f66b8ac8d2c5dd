"""A receiver of OTLP on a socket of this machine, which opens no TCP connection that would be counted."""

import gzip
import http.server
import os
import socketserver
import sys
import threading

from . import otlp


class Wrong(Exception):
    """A counter fell, or began anew."""


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """An agent that is killed does not wait for its answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Receiver:
    """Follows the counters of one agent after another."""

    def __init__(self, path):
        self.path = path
        # By resource, metric and attributes: start and value.
        self.series = {}
        self.starts = set()
        self.exports = 0
        self.faults = []
        self._lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.take(body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

            def address_string(self):
                return "agent"

        self._server = _Server(str(path), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, request):
        with self._lock:
            self.exports += 1
            for subject, name, attributes, start, value in otlp.sums(request):
                key = subject, name, attributes
                before = self.series.get(key)
                if before and before[0] != start:
                    self.faults.append(f"{name} {attributes}: started at {before[0]}, and then at {start}")
                elif before and value < before[1]:
                    self.faults.append(f"{name} {attributes}: fell from {before[1]} to {value}")
                self.series[key] = start, value
                self.starts.add(start)

    def sum(self, name, **wanted):
        """The sum of the series of a metric that have these values of attributes; None for those without one."""
        with self._lock:
            total = 0
            for (_, found, attributes), (_, value) in self.series.items():
                texts = {key.replace(".", "_"): text[2:].decode(errors="replace") for key, text in attributes}
                if found == name and all(texts.get(key) == text for key, text in wanted.items()):
                    total += value
            return total

    def close(self):
        self._server.shutdown()
        os.unlink(self.path)
