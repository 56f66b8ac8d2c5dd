"""Everything together, in one namespace: a backend, a Collector, tcplens, and if wanted the shop with its clients."""

import contextlib
import os
import time

from . import cgroups, parts, programs
from .constants import AGENT_METRICS_PORT, METRICS_PORTS, RATES, SHOP_PORT
from .namespaces import Namespace, get
from .processes import Running


class Scene:
    """
    with Scene() as scene:
        scene.rest(10)
        scene.promql.value('sum(system_network_connection_count)')
    """

    HOST = "demo"
    # A small machine: it takes seconds to use up its ports, not minutes.
    LIMITS = {
        "ip_local_port_range": "30000 32999", "tcp_max_tw_buckets": 4096, "tcp_tw_reuse": 0, "tcp_synack_retries": 2,
    }

    def __init__(
        self, with_shop=True, backend=parts.VictoriaMetrics, also=(), interval="1s", agent_options=(),
        agent_environment=None, with_workloads=True,
    ):
        """`backend` makes the backend that is asked, of a namespace; `also` makes more that get the same metrics.

        With `with_workloads` each service is a resource of its own, otherwise all connections are those of the host.
        """
        self._closing = contextlib.ExitStack()
        try:
            self._make(with_shop, backend, also, interval, agent_options, agent_environment, with_workloads)
        except BaseException:
            self._closing.close()
            raise

    def _make(self, with_shop, backend, also, interval, agent_options, agent_environment, with_workloads):
        self.namespace = self._closing.enter_context(Namespace(self.HOST))
        self.namespace.set(**self.LIMITS)
        self._groups = cgroups.ControlGroups("shop", "shoppers", "inventory")
        self._closing.callback(self._groups.close)
        self.backend = self._part(backend(self.namespace))
        self.also = [self._part(make(self.namespace)) for make in also]
        self.promql = self.backend.promql
        targets = [part.otlp for part in (self.backend, *self.also) if part.otlp]
        self.is_scraped = self.backend.otlp is None
        self.collector, self.endpoint = self._collect(targets) if targets else (None, parts.OTLP)
        served = {"OTEL_EXPORTER_PROMETHEUS_PORT": str(AGENT_METRICS_PORT)}
        if any(part.otlp is None for part in (self.backend, *self.also)):
            served["OTEL_METRICS_EXPORTER"] = "otlp,prometheus" if targets else "prometheus"
        options = list(agent_options)
        self.has_workloads = with_workloads and cgroups.mount() is not None
        if self.has_workloads and "--attribution" not in options:
            options += ["--attribution", "workload"]
        environment = {**served, **(agent_environment or {})}
        self.agent = self._part(parts.Agent(self.namespace, interval, options, environment, self.endpoint))
        self.inventory = self.shop = self.load = None
        if with_shop:
            self.start_shop()

    def _part(self, part):
        self._closing.callback(part.stop)
        return part

    def _collect(self, targets):
        """A Collector, and its URL for OTLP. Without a Collector everything goes to the backend directly."""
        try:
            return self._part(parts.Collector(self.namespace, *targets)), parts.OTLP
        except programs.Missing:
            if len(targets) > 1 or "CI" in os.environ:
                raise
            print("There is no Collector ($OTELCOL, or otelcol on the PATH), so metrics go to the backend directly.")
            return None, targets[0]

    def start_shop(self):
        """Starts the services and their clients."""
        self.inventory = self._part(self._service("inventory"))
        self.shop = self._start_shop()
        self._closing.callback(lambda: self.shop.stop())
        self.load = self._part(self._service("load", "shoppers"))

    def restart_shop(self):
        """Ends the shop and starts another, as a deploy does."""
        self.shop.stop()
        self.shop = self._start_shop()

    def _start_shop(self):
        return self._service("shop").ready(lambda: get(self.namespace, SHOP_PORT, "/health"))

    def _service(self, module, name=None):
        name = name or module
        resource = f"service.namespace=demo,service.instance.id={name}-1,host.name={self.HOST}"
        environment = {
            "OTEL_SERVICE_NAME": name, "OTEL_RESOURCE_ATTRIBUTES": resource,
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint, "OTEL_METRIC_EXPORT_TIMEOUT": "5000",
            **({"METRICS_PORT": str(METRICS_PORTS[name])} if self.is_scraped and name in METRICS_PORTS else {}),
            "PYTHONPATH": str(programs.ROOT / "deploy/demo"), "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [programs.python(), "-m", f"tcplens_demo.{module}"]
        return Running(self.namespace, command, environment, self._groups[name], name)

    def set_load(self, **settings):
        """Changes the clients' settings; without any they are the usual ones."""
        self.load.tell(**(settings or {**RATES, "factor": 1, "pause": 0}))

    def rest(self, seconds, situation=None):
        """Waits, and meanwhile repeats what a situation needs. Fails when a part has ended."""
        end = time.time() + seconds
        while time.time() < end:
            if situation:
                situation.keep_going()
            self.check()
            time.sleep(max(0, min(0.25, end - time.time())))

    @property
    def parts(self):
        """What runs."""
        all_parts = self.backend, *self.also, self.collector, self.agent, self.inventory, self.shop, self.load
        return [part for part in all_parts if part]

    def check(self):
        """Fails when a part has ended early."""
        for part in self.parts:
            if not part.is_running:
                raise RuntimeError(f"{part.name} ended: {part.output[-2000:]}")

    def close(self):
        self._closing.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
