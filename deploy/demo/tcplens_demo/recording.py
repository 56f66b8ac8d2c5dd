"""What a backend says of a situation, from before its begin to after its end."""

import dataclasses
import statistics
import time

from . import faults
from .situations import Situation

P95 = (
    "histogram_quantile(0.95, sum by (le) (rate("
    'http_{side}_request_duration_seconds_bucket{{service_name="{service}"}}[5s])))'
)
LATENCIES = {
    "client": P95.format(side="client", service="shoppers"),
    "server": P95.format(side="server", service="shop"),
}
# How many services have both HTTP and TCP metrics with the same labels.
_SERVICE = "service_name, service_namespace, service_instance_id"
JOINED = (
    f"count(count by ({_SERVICE}) (http_server_request_duration_seconds_count)"
    f" and on ({_SERVICE}) count by ({_SERVICE}) (system_network_connection_count))"
)


@dataclasses.dataclass
class Recording:
    """Lines of points, by name: `client` and `server` are p95 in seconds; `signal` and `limit`."""

    situation: Situation
    # Four times: the recording begins, the situation begins, ends, the recording ends.
    start: float
    begin: float
    end: float
    stop: float
    lines: dict

    def before(self, name):
        """The values of the quiet time."""
        return [value for moment, value in self.lines[name] if moment <= self.begin]

    def during(self, name):
        """The values of the situation; what happens at its end is seen a moment later."""
        return [value for moment, value in self.lines[name] if self.begin < moment <= self.end + 1]


def usual(values):
    """The median; zero without values."""
    return statistics.median(values) if values else 0.0


def calm(scene, seconds=30):
    """Waits until clients get quick answers again, but not for ever."""
    end = time.time() + seconds
    while scene.shop and time.time() < end and (scene.promql.value(LATENCIES["client"]) or 0) > 0.1:
        scene.rest(1)


def record(scene, situation, quiet, seconds, recovery, last=None):
    """Lets a situation happen and asks the backend for all lines. `last()` is called just before its end."""
    start = time.time()
    scene.rest(quiet)
    begin = time.time()
    with situation.lasting(scene):
        scene.rest(seconds, situation)
        if last:
            last()
    end = time.time()
    scene.rest(recovery)
    queries = dict(LATENCIES) if scene.shop else {}
    if situation.kind == "fault":
        queries["signal"] = situation.signal.query
        if situation.signal.limit:
            queries["limit"] = situation.signal.limit[1]
    else:
        queries.update((fault.name, fault.signal.query) for fault in faults.ALL)
    lines = {name: scene.promql.points(query, start, time.time()) for name, query in queries.items()}
    return Recording(situation, start, begin, end, time.time(), lines)
