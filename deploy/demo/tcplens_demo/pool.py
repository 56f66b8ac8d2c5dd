"""The shop's connections to the inventory: a limited number, kept for reuse."""

import collections
import contextlib
import socket
import threading
import time

from .constants import INVENTORY_PORT, POOL_SIZE


class Exhausted(Exception):
    """No connection became free in time."""


class Pool:
    PATIENCE = 2.0
    # Shorter than the inventory's own limit, so that we close first.
    IDLE = 1.0

    def __init__(self):
        self._free = threading.Semaphore(POOL_SIZE)
        self._idle = collections.deque()
        self._lock = threading.Lock()
        self._forgotten = []

    @contextlib.contextmanager
    def connection(self, forgets):
        """A connection for one question. If `forgets()`, it is not given back: the bug of the demonstration."""
        if not self._free.acquire(timeout=self.PATIENCE):
            raise Exhausted
        kept = None
        try:
            connection = self._take() or socket.create_connection(("127.0.0.1", INVENTORY_PORT), timeout=5)
            yield connection
            kept = connection
        finally:
            with self._lock:
                # Asked now, and not before the wait, so that nothing is forgotten after the repair.
                is_forgotten = kept and forgets()
                if is_forgotten:
                    self._forgotten.append(kept)
                elif kept:
                    self._idle.append((time.monotonic(), kept))
            if not is_forgotten:
                self._free.release()

    def heal(self):
        """Closes what was forgotten."""
        with self._lock:
            forgotten, self._forgotten = self._forgotten, []
        for connection in forgotten:
            connection.close()
            self._free.release()

    def _take(self):
        """The connection that was used last; those that were idle for too long are closed."""
        now = time.monotonic()
        with self._lock:
            while self._idle and now - self._idle[0][0] > self.IDLE:
                self._idle.popleft()[1].close()
            return self._idle.pop()[1] if self._idle else None
