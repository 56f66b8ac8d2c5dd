"""A small HTTP service in one process, with a limited number of threads, measured by OpenTelemetry.

Usage: python -m tcplens_demo.shop

    GET /cart     asks the inventory; takes 5 to 20 ms
    GET /export   a megabyte
    GET /health   nothing

Settings (lines of JSON on standard input) make it faulty:

    leak           the share of carts after which a connection to the inventory is not given back; `heal` closes these
    accept_delay   seconds that it does something else after each accept()
"""

import http.server
import queue
import random
import signal
import socket
import socketserver
import threading
import time

from . import pool, settings, telemetry
from .constants import SHOP_PORT

BACKLOG, THREADS = 32, 200
EXPORT = b"0123456789abcdef" * 65536


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    # An idle connection is closed after this time.
    timeout = 30

    def do_GET(self):
        begin = time.perf_counter()
        status, body = self.answer()
        error = None
        try:
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
        except OSError as failure:
            error, self.close_connection = type(failure).__name__, True
        self.server.telemetry.record(
            begin, http__route=self.path, http__response__status_code=status, url__scheme="http", error__type=error
        )

    def answer(self):
        if self.path == "/cart":
            return self.cart()
        if self.path == "/export":
            return 200, EXPORT
        return (200, b"fine\n") if self.path == "/health" else (404, b"not found\n")

    def cart(self):
        try:
            with self.server.pool.connection(lambda: random.random() < self.server.settings.leak) as inventory:
                inventory.sendall(b"apples\n")
                time.sleep(random.uniform(0.002, 0.01))
                return 200, inventory.recv(100)
        except (pool.Exhausted, OSError):
            return 503, b"no inventory\n"

    def log_message(self, *_):
        pass


class Shop(socketserver.TCPServer):
    """One thread accepts, others serve one connection each."""

    allow_reuse_address = True
    request_queue_size = BACKLOG

    def __init__(self):
        super().__init__(("127.0.0.1", SHOP_PORT), Handler)
        # Whoever does not read an export is noticed before all of it is in the kernel.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 256 * 1024)
        self.pool = pool.Pool()
        self.telemetry = telemetry.Telemetry("server")
        self.settings = settings.following(self.apply, leak=0, accept_delay=0, heal=False)
        self.accepted = queue.SimpleQueue()
        for _ in range(THREADS):
            threading.Thread(target=self.serve, daemon=True).start()

    def apply(self, changed):
        if changed.heal:
            changed.heal = False
            self.pool.heal()

    def get_request(self):
        request = super().get_request()
        if self.settings.accept_delay:
            time.sleep(self.settings.accept_delay)
        return request

    def process_request(self, request, client_address):
        self.accepted.put((request, client_address))

    def serve(self):
        while True:
            request, client_address = self.accepted.get()
            try:
                self.finish_request(request, client_address)
            except OSError:
                pass
            self.shutdown_request(request)


def main():
    shop = Shop()
    signal.signal(signal.SIGTERM, lambda *_: shop.settings.ended.set())
    threading.Thread(target=shop.serve_forever, daemon=True).start()
    shop.settings.ended.wait()
    shop.server_close()
    shop.telemetry.close()


if __name__ == "__main__":
    main()
