"""The agent, the Collector and the backends, each as one object that runs until `stop()`."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from . import programs
from .constants import AGENT_METRICS_PORT, METRICS_PORTS
from .namespaces import get
from .processes import Running
from .promql import PromQL

OTLP = "http://127.0.0.1:4318"
OTLP_OPTION = "web.enable-otlp-receiver"


def _serves(namespace, port, path, status=200):
    return lambda: (get(namespace, port, path) or (0, ""))[0] == status


class Agent(Running):
    """`tcplens run`, after its first collection."""

    HEALTH = 8089

    def __init__(self, namespace, interval="1s", options=(), environment=None, endpoint=OTLP):
        """`options` are more options of `tcplens run`."""
        self._start = lambda: super(Agent, self).__init__(
            namespace,
            [programs.tcplens(), "run", "--interval", interval, "--health", f"127.0.0.1:{self.HEALTH}", *options],
            {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, **(environment or {})},
            name="tcplens",
        )
        self._namespace = namespace
        self.start()

    def start(self):
        """Starts it, again after `stop()`."""
        self._start()
        self.ready(_serves(self._namespace, self.HEALTH, "/readyz"))


class Collector(Running):
    """An OpenTelemetry Collector that passes everything on to `backends`, URLs for OTLP.

    With one backend it has the configuration of the project, unless another is given.
    """

    def __init__(self, namespace, *backends, configuration=None, environment=None):
        program = programs.collector()
        self._folder = tempfile.mkdtemp(prefix="collector-")
        if configuration is None and len(backends) == 1:
            configuration = programs.ROOT / "otel-collector-config/collector.yaml"
        elif configuration is None:
            configuration = pathlib.Path(self._folder, "collector.yaml")
            # JSON is also YAML.
            configuration.write_text(json.dumps(self._several(backends)))
        self._start = lambda: super(Collector, self).__init__(
            namespace,
            [program, "--config", str(configuration)],
            {"BACKEND_ENDPOINT": backends[0] if backends else "", **(environment or {})},
            name="collector",
        )
        self.start()

    def start(self):
        """Starts it, again after `stop()`."""
        self._start()
        self.ready(lambda: "Everything is ready" in self.output)

    @staticmethod
    def _several(backends):
        exporters = {f"otlp_http/{number}": {"endpoint": url} for number, url in enumerate(backends)}
        pipeline = {"receivers": ["otlp"], "processors": ["batch"], "exporters": list(exporters)}
        return {
            "receivers": {"otlp": {"protocols": {"http": {"endpoint": "127.0.0.1:4318"}}}},
            "processors": {"batch": {}},
            "exporters": exporters,
            "service": {"pipelines": {"metrics": pipeline}, "telemetry": {"metrics": {"level": "none"}}},
        }

    def stop(self, *arguments):
        super().stop(*arguments)
        shutil.rmtree(self._folder, ignore_errors=True)


class Backend(Running):
    """What both backends have: a folder for data, `otlp`, a URL to send to, and `promql`, to ask."""

    def __init__(self, namespace, command, name, folder):
        self._folder = folder
        super().__init__(namespace, command, name=name)

    def stop(self, *arguments):
        super().stop(*arguments)
        shutil.rmtree(self._folder, ignore_errors=True)


class VictoriaMetrics(Backend):
    """VictoriaMetrics with names in the form of Prometheus."""

    PORT = 8428

    def __init__(self, namespace, options=()):
        folder = tempfile.mkdtemp(prefix="victoria-metrics-")
        command = [
            programs.backend("victoria-metrics"), f"-httpListenAddr=127.0.0.1:{self.PORT}",
            f"-storageDataPath={folder}", "-retentionPeriod=1y", "-search.latencyOffset=0s",
            "-opentelemetry.usePrometheusNaming", *options,
        ]
        super().__init__(namespace, command, "victoria-metrics", folder)
        self.ready(_serves(namespace, self.PORT, "/health"))
        url = f"http://127.0.0.1:{self.PORT}"
        self.otlp = f"{url}/opentelemetry"
        self.promql = PromQL(f"{url}/prometheus", namespace, flush="/internal/force_flush")


class Prometheus(Backend):
    """Prometheus that scrapes, receives OTLP, or both, with files of rules.

    That of Debian is built without a receiver for OTLP. Then `otlp` is None, and a scene serves what is to be scraped.
    """

    PORT = 9090
    # What names the one who measured, as labels of each series that comes by OTLP.
    PROMOTED = ("host.name", "service.name", "service.namespace", "service.instance.id")

    def __init__(self, namespace, scrapes=None, rules=(), interval="1s", promoted=PROMOTED, options=()):
        """`scrapes` has lists of targets by the names of jobs; `rules` are paths."""
        folder = tempfile.mkdtemp(prefix="prometheus-")
        configuration = pathlib.Path(folder, "prometheus.yaml")
        # JSON is also YAML.
        configuration.write_text(json.dumps(self.configuration(scrapes or {}, rules, interval, promoted)))
        program = programs.backend("prometheus")
        takes_otlp = OTLP_OPTION in subprocess.run([program, "--help"], capture_output=True, text=True).stdout
        command = [
            program, f"--config.file={configuration}", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{self.PORT}", *([f"--{OTLP_OPTION}"] if takes_otlp else []), *options,
        ]
        super().__init__(namespace, command, "prometheus", folder)
        self.ready(_serves(namespace, self.PORT, "/-/ready"))
        url = f"http://127.0.0.1:{self.PORT}"
        self.otlp = f"{url}/api/v1/otlp" if takes_otlp else None
        self.promql = PromQL(url, namespace)

    @classmethod
    def scraping(cls, namespace):
        """One that scrapes all parts of a scene."""
        ports = {"tcplens": AGENT_METRICS_PORT, **METRICS_PORTS}
        return cls(namespace, {job: [f"127.0.0.1:{port}"] for job, port in ports.items()})

    @staticmethod
    def configuration(scrapes, rules, interval, promoted):
        jobs = [{"job_name": job, "static_configs": [{"targets": targets}]} for job, targets in scrapes.items()]
        return {
            "global": {"scrape_interval": interval, "evaluation_interval": interval},
            "rule_files": [os.path.abspath(path) for path in rules],
            "scrape_configs": jobs,
            "otlp": {"promote_resource_attributes": list(promoted)},
            # Points of one series may arrive in another order than they were made.
            "storage": {"tsdb": {"out_of_order_time_window": "10m"}},
        }
