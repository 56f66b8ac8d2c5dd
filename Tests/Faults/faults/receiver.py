"""The receiver behind the Collector: follows what arrives, and answers what a fault wants."""

import socketserver
import time

from pinning import otlp
from pinning.receiver import Ledger, Server, handler, texts

PORT = 4319
EXPORTED = "otel.sdk.exporter.metric_data_point.exported"
# How long after its collection a request arrives, if none waits before it.
LAG = 0.8
COLLECTED = "otel.sdk.metric_reader.collection.duration"


class _TCPServer(Server, socketserver.TCPServer):
    allow_reuse_address = True


class Receiver(Ledger):
    """A ledger that also knows what arrived twice, late, or not at all."""

    def __init__(self, namespace):
        super().__init__(with_own=True)
        # The times of collections, in nanoseconds.
        self.times = set()
        self.points = self.duplicates = 0
        # How many points had arrived before the request that came last.
        self.points_before = 0
        # How many collections the agent says there were before the first that came: one, if it tried before.
        self.collections_before = None
        # When a request came last, and whether its time was that of this machine.
        self.arrived, self.newest = 0, 0
        # With a clock that is set, times may go back and starts move.
        self.clock_is_set = False
        # Metrics whose series may begin again.
        self.restarting = ()
        # Takes a body, and returns a status and a body instead of the answer; None for the usual one.
        self.instead = None
        self._seen = set()
        with namespace.entered():
            self._server = _TCPServer(("127.0.0.1", PORT), handler(self._answer))
        self._server.begin()

    def _answer(self, body):
        other = self.instead(body) if self.instead else None
        if other is None or other[0] == 200:
            self.take(body)
        return other or (200, b"")

    def take(self, request):
        counts = otlp.times(request)
        points = tuple(otlp.sums(request, with_own=True))
        # The Collector may write the same points as other bytes.
        key = hash((tuple(counts), points))
        with self._lock:
            self.exports += 1
            if key in self._seen:
                self.duplicates += 1
                return
            self._seen.add(key)
            times = {time for _, time in counts}
            newest = max(times, default=0)
            if newest < self.newest and not self.clock_is_set:
                self.faults.append(f"out of order: {(self.newest - newest) / 1e9:.1f} s late")
            for point in points:
                self._follow(point)
            if self.collections_before is None:
                self.collections_before = self._collections()
            self.points_before = self.points
            self.points += sum(count for count, _ in counts)
            self.times.update(times)
            self.arrived, self.newest = time.time(), newest

    def restarted(self, what, before, start):
        if not self.clock_is_set and not what.startswith(self.restarting):
            super().restarted(what, before, start)

    def is_current(self, since):
        """Whether what came last was collected after a moment and just now, so that nothing waits any more."""
        return max(since, self.arrived - LAG) < self.newest / 1e9 <= time.time() + 1 and self.arrived > since

    @property
    def accepted(self):
        """How many points the agent says were accepted, before its last collection."""
        return self.sum(EXPORTED, error_type=None, otel_component_type="otlp_http_metric_exporter")

    @property
    def dropped(self):
        """How many points the agent says were lost, by the reason."""
        with self._lock:
            found = {}
            for (_, name, attributes), (_, value) in self.series.items():
                reason = texts(attributes).get("error.type")
                if name == EXPORTED and value and reason:
                    found[reason] = found.get(reason, 0) + value
            return found

    @property
    def collections(self):
        """How many collections the agent says there were for exports, from the first that came to the one before the
        last."""
        return self._collections() - (self.collections_before or 0)

    def _collections(self):
        return self.sum(COLLECTED, otel_component_type="periodic_metric_reader", error_type=None)

    def close(self):
        self._server.shutdown()
        self._server.server_close()
