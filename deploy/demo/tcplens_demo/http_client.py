"""A small HTTP client over asyncio, whose connections are kept or new."""

import asyncio
import collections
import errno
import socket
import time

# An idle connection is closed after this time, and at once if there are so many already.
IDLE, MOST_IDLE = 2.0, 16


class Closed(OSError):
    """The service closed the connection before the answer was complete."""


class Connection:
    def __init__(self, socket_):
        self._socket, self._data, self.since = socket_, b"", time.monotonic()

    @classmethod
    async def open(cls, address, receive_buffer=None):
        """Connects. While no local port is free it tries again, less and less often."""
        delay = 0.1
        while True:
            made = socket.socket()
            made.setblocking(False)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if receive_buffer:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            try:
                await asyncio.get_running_loop().sock_connect(made, address)
                return cls(made)
            except BaseException as failure:
                made.close()
                if getattr(failure, "errno", None) != errno.EADDRNOTAVAIL:
                    raise
            await asyncio.sleep(delay)
            delay = min(2 * delay, 1)

    async def request(self, path, pause=0):
        """Sends a request and reads the answer, after a pause in which it does not read. Returns the status."""
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._socket, f"GET {path} HTTP/1.1\r\nHost: shop\r\n\r\n".encode())
        if pause:
            await asyncio.sleep(pause)
        while b"\r\n\r\n" not in self._data:
            await self._read()
        head, self._data = self._data.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        left = int(headers["content-length"]) - len(self._data)
        self._data = b""
        while left > 0:
            left -= len(await self._read(keep=False))
        self.since = time.monotonic()
        return int(lines[0].split()[1])

    async def _read(self, keep=True):
        data = await asyncio.get_running_loop().sock_recv(self._socket, 262144)
        if not data:
            raise Closed("closed early")
        if keep:
            self._data += data
        return data

    def close(self):
        self._socket.close()


class Client:
    """Sends requests to one address, each within a time limit."""

    def __init__(self, address, receive_buffer=None):
        self._address, self._receive_buffer = address, receive_buffer
        self._idle = collections.deque()

    async def request(self, path, is_kept, timeout, pause=0):
        """Returns the status. A connection that is not kept is closed by us."""
        async with asyncio.timeout(timeout):
            connection = self._take() if is_kept else None
            connection = connection or await Connection.open(self._address, self._receive_buffer)
            try:
                status = await connection.request(path, pause)
            except BaseException:
                connection.close()
                raise
        if is_kept and len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()
        return status

    def _take(self):
        now = time.monotonic()
        while self._idle and now - self._idle[0].since > IDLE:
            self._idle.popleft().close()
        return self._idle.pop() if self._idle else None

    def close_idle(self):
        while self._idle:
            self._idle.pop().close()
