"""Makes and ends connections as fast as possible, in a network namespace of its own."""

import time

from .namespace import Traffic, wait_for_listener

PORTS = (8001, 8002)


class Churn:
    """Connections that are made and ended as fast as possible by two processes (`bare`), or by two clients and two
    servers that exchange a request and an answer on each (`request`)."""

    def __init__(self, program, namespace, connections, workload="bare"):
        self.program = program
        self.namespace = namespace
        # A multiple of what both processes need to reset exactly every third.
        self.connections = max(6, connections // 6 * 6)
        self.workload = workload

    @property
    def changes(self):
        """How often connections and listeners change state: ten times, six if the connection is reset."""
        if self.workload == "request":
            return self.connections * 10 + 2 * len(PORTS)
        return self.connections // 3 * 26 + 2 * len(PORTS)

    def __call__(self):
        """Makes all connections. Returns how many a second, and the processor time of each in nanoseconds, which
        includes softirqs."""
        each = self.connections // len(PORTS)
        with self.namespace.entered():
            makers = []
            begin = time.monotonic()
            for port in PORTS:
                listen = f"listen 4 {port} 128"
                makers.append(Traffic(self.program))
                if self.workload == "request":
                    makers[-1].begin(listen, f"serve {port} {each}")
                    wait_for_listener(port)
                    makers.append(Traffic(self.program))
                    makers[-1].begin(f"request 4 {port} {each}")
                else:
                    makers[-1].begin(listen, f"churn 4 {port} {each}")
            used = sum(maker.wait() for maker in makers)
            wall = time.monotonic() - begin
        return self.connections / wall, used * 1e9 / self.connections
