"""Where a fault is made: an agent among connections that come and go, and a Collector in a namespace of its own.

The Collector's connections are not in the namespace that the agent observes, so all that it counts is known.
"""

import contextlib
import json
import pathlib
import tempfile
import time

from soak.agent import Agent
from soak.generator import Churn
from tcplens_demo import parts
from tcplens_demo.namespaces import Namespace

from . import receiver

# Addresses that exist nowhere else (RFC 5737).
HOST, COLLECTOR, OTHER_COLLECTOR = "198.51.100.1", "198.51.100.2", "198.51.100.3"
PORT = 4318
LINK = "uplink"


def join(one, other):
    """Connects two namespaces, with an address in each."""
    one.run("ip", "link", "add", LINK, "type", "veth", "peer", "name", LINK, "netns", other.path("net"))
    for namespace, address in ((one, HOST), (other, COLLECTOR)):
        namespace.run("ip", "address", "add", f"{address}/24", "dev", LINK)
        namespace.run("ip", "link", "set", LINK, "up")


def configuration(url):
    """That of a Collector which answers only when the next one has, and loses nothing that it has accepted."""
    exporter = {
        "metrics_endpoint": url, "compression": "none", "sending_queue": {"enabled": False},
        "retry_on_failure": {"enabled": False},
    }
    pipeline = {"receivers": ["otlp"], "processors": ["memory_limiter"], "exporters": ["otlp_http"]}
    return {
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"0.0.0.0:{PORT}"}}}},
        "processors": {"memory_limiter": {"check_interval": "1s", "limit_mib": 256}},
        "exporters": {"otlp_http": exporter},
        "service": {"pipelines": {"metrics": pipeline}, "telemetry": {"metrics": {"level": "none"}}},
    }


def clock_offset():
    """How far the wall clock is from one that nobody can set, in seconds."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


class Bench:
    """Everything of one trial, until `close()`."""

    def __init__(self, program, fault, rate):
        self.fault, self.program, self.rate = fault, program, rate
        self._closing = contextlib.ExitStack()
        self.folder = pathlib.Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        self._clock = clock_offset()
        self.agent = self.churn = None
        try:
            self._make()
        except BaseException:
            self.close()
            raise

    def _make(self):
        self.namespace = self._closing.enter_context(Namespace("faults"))
        self.namespace.set(tcp_max_tw_buckets=2_000_000, ip_local_port_range="10000 65000")
        self.outside = self._closing.enter_context(Namespace("collector"))
        join(self.namespace, self.outside)
        self.receiver = receiver.Receiver(self.outside)
        self.receiver.clock_is_set = self.fault.sets_clock
        if self.fault.observes_machine:
            # If anybody on the machine has thousands of listeners, those of others share a series for a while.
            self.receiver.restarting = "tcplens.listener.drops",
        self._closing.callback(self.receiver.close)
        file = self.folder / "collector.yaml"
        # JSON is also YAML.
        file.write_text(json.dumps(configuration(f"http://127.0.0.1:{receiver.PORT}")))
        self.collector = parts.Collector(self.outside, configuration=file)
        self._closing.callback(lambda: self.collector.stop())
        self._closing.enter_context(self.fault.around(self))
        self.start_agent()
        self._closing.callback(lambda: self.agent.stop())
        self.churn = Churn(self.namespace, self.program, self.rate, self.fault.cgroup)
        self._closing.callback(self.churn.close)

    def start_agent(self):
        environment = {
            "OTEL_METRICS_EXPORTER": "otlp,prometheus", "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{COLLECTOR}:{PORT}",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "2000", **self.fault.environment,
        }
        self.fault.started = time.monotonic()
        self.agent = Agent(self.namespace, self.fault.arguments, environment, self.fault.prefix(self),
                           self.fault.interval)

    @property
    def clock_was_set(self):
        """Whether somebody has set the wall clock of this machine since the beginning."""
        return abs(clock_offset() - self._clock) > 0.5

    @property
    def made(self):
        """All connections of the namespace, except the scrapes of the agent."""
        return self.churn.made + self.fault.made(self)

    def close(self):
        self._closing.close()
