"""Sockets in a namespace that are made by this process, for faults without the shop."""

import socket
import struct
import threading
import time


def listen(namespace, port, backlog=128):
    with namespace.entered():
        listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(backlog)
    return listener


def connect(namespace, port, waits=True):
    """A connection to a listener; without `waits` its handshake may still go on."""
    with namespace.entered():
        client = socket.socket()
    client.setblocking(waits)
    if waits:
        client.settimeout(5)
        client.connect(("127.0.0.1", port))
    else:
        client.connect_ex(("127.0.0.1", port))
    return client


def pairs(namespace, listener, count):
    """The clients' ends and the servers' ends of new connections."""
    clients, servers = [], []
    for _ in range(count):
        clients.append(connect(namespace, listener.getsockname()[1]))
        servers.append(listener.accept()[0])
    return clients, servers


def churn(namespace, listener, count):
    """Makes connections that the client closes first, one after the other."""
    for _ in range(count):
        (client,), (server,) = pairs(namespace, listener, 1)
        client.close()
        server.recv(1)
        server.close()


def reset(sockets):
    """Closes sockets at once, without TIME_WAIT, and forgets them."""
    while sockets:
        one = sockets.pop()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.close()


def fill(one):
    """Sends until the other end takes no more."""
    one.setblocking(False)
    try:
        while one.send(bytes(65536)):
            pass
    except BlockingIOError:
        pass


class Transfer:
    """Sends bytes over one connection at a steady rate, and reads them, until `stop()`."""

    def __init__(self, namespace, port, rate):
        self._listener = listen(namespace, port)
        (self._client,), (self._server,) = pairs(namespace, self._listener, 1)
        self._rate, self._ends, self.sent = rate, threading.Event(), 0
        self._threads = [threading.Thread(target=self._send), threading.Thread(target=self._receive)]
        for thread in self._threads:
            thread.start()

    def _send(self):
        block, begin = bytes(262144), time.monotonic()
        while not self._ends.wait(max(0, self.sent / self._rate - (time.monotonic() - begin))):
            self._client.sendall(block)
            self.sent += len(block)
        self._client.close()

    def _receive(self):
        while self._server.recv(262144):
            pass
        self._server.close()

    def stop(self):
        self._ends.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()


def _checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Flood:
    """SYNs from addresses that do not exist, whose handshakes nobody finishes, until `stop()`."""

    def __init__(self, namespace, port, rate):
        with namespace.entered():
            self._raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._port, self._rate, self.sent, self._ends = port, rate, 0, threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def _send(self):
        begin = time.monotonic()
        while not self._ends.wait(0.02):
            while self.sent < self._rate * (time.monotonic() - begin):
                self._raw.sendto(self._syn(self.sent), ("127.0.0.1", 0))
                self.sent += 1

    def _syn(self, number):
        source = socket.inet_aton(f"192.0.2.{number % 250 + 1}")
        target = socket.inet_aton("127.0.0.1")
        source_port = 10000 + number // 250 % 50000

        def tcp(checksum):
            return struct.pack(
                "!HHIIBBHHH", source_port, self._port, number * 1000 % 2**32, 0, 5 << 4, 2, 65535, checksum, 0
            )

        pseudo = source + target + struct.pack("!BBH", 0, socket.IPPROTO_TCP, 20)
        segment = tcp(_checksum(pseudo + tcp(0)))
        # The kernel fills in the checksum of the IP header.
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, socket.IPPROTO_TCP, 0, source, target)
        return head + segment

    def stop(self):
        self._ends.set()
        self._thread.join()
        self._raw.close()
