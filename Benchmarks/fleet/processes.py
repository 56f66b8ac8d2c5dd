"""The processes of a fleet: emitters, a Collector and VictoriaMetrics, and what each of them uses."""

import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TICK = os.sysconf("SC_CLK_TCK")

# What the Collector accepts is in the backend then, so that a kill loses nothing that was accepted.
WITHOUT_QUEUE = """
receivers: {otlp: {protocols: {http: {endpoint: "${env:COLLECTOR_LISTEN}"}}}}
exporters:
  otlp_http:
    endpoint: ${env:BACKEND_ENDPOINT}
    sending_queue: {enabled: false}
    retry_on_failure: {enabled: false}
service:
  pipelines: {metrics: {receivers: [otlp], exporters: [otlp_http]}}
  telemetry: {metrics: {level: none}, logs: {level: fatal}}
"""


def free_port():
    """A port that nobody has at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Process:
    """A process that ends with the block that has it."""

    def __init__(self, arguments, environment=None, output=None):
        self.arguments, self.output = arguments, output
        self.environment = {**os.environ, **(environment or {})}
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.arguments, env=self.environment, stdout=self.output or subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, number=signal.SIGTERM):
        """Ends it, and waits for that."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    @property
    def seconds(self):
        """The CPU time that it has used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    @property
    def resident(self):
        """Its resident memory in bytes."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("VmRSS:"))


class Backend(Process):
    """VictoriaMetrics with a data directory of its own."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.directory = tempfile.mkdtemp(prefix="fleet-")
        super().__init__([
            str(ROOT / ".build/backends/victoria-metrics"), f"-httpListenAddr=127.0.0.1:{self.port}",
            f"-storageDataPath={self.directory}", "-loggerLevel=ERROR", "-search.latencyOffset=0s",
            "-memory.allowedPercent=20",
        ])
        wait(lambda: self.get("/health"), "VictoriaMetrics to answer")

    def __exit__(self, *_):
        self.end(signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)

    def get(self, path, **parameters):
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        with urllib.request.urlopen(self.url + path + query, timeout=60) as answer:
            return answer.read().decode()

    def made(self):
        """How many series it has made so far."""
        lines = self.get("/metrics").splitlines()
        return sum(int(float(line.split()[-1])) for line in lines if line.startswith("vm_new_timeseries_created_total"))

    def numbers(self):
        """Series, samples, and bytes on disk by kind."""
        self.get("/internal/force_flush")
        self.get("/internal/force_merge")
        time.sleep(2)
        result = {"series": json.loads(self.get("/api/v1/status/tsdb"))["data"]["totalSeries"]}
        result |= {"samples": 0, "sample_bytes": 0, "index_bytes": 0}
        for line in self.get("/metrics").splitlines():
            name, _, value = line.rpartition(" ")
            kind = "index" if "indexdb" in name else "sample"
            if name.startswith("vm_data_size_bytes{"):
                result[f"{kind}_bytes"] += int(float(value))
            if name.startswith("vm_rows_added_to_storage_total"):
                result["samples"] += int(float(value))
        return result


class Collector(Process):
    """A real Collector in front of `backend`."""

    def __init__(self, backend, configuration=None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # What node.yaml says is what users run.
        self.file = None
        path = ROOT / "otel-collector-config/node.yaml"
        if configuration:
            self.file = tempfile.NamedTemporaryFile("w", suffix=".yaml")
            self.file.write(configuration)
            self.file.flush()
            path = self.file.name
        environment = {
            "BACKEND_ENDPOINT": f"{backend.url}/opentelemetry", "COLLECTOR_LISTEN": f"127.0.0.1:{self.port}",
        }
        super().__init__([os.environ.get("OTELCOL") or "otelcol", "--config", str(path)], environment)
        self.wait()

    def wait(self):
        """Waits until it listens."""
        wait(lambda: socket.create_connection(("127.0.0.1", self.port), 1).close() or True, "the Collector to listen")

    @property
    def received(self):
        """The bytes that it has read: what its clients send, and the backend's short answers."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/io").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("rchar:"))


class Emitters(Process):
    """A fleet in one process."""

    def __init__(self, url, hosts, interval, seconds, *options):
        self.log = tempfile.NamedTemporaryFile("r", suffix=".jsonl")
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        super().__init__(
            [str(ROOT / ".build/release/fleet"), url, "--hosts", str(hosts), "--interval", str(interval),
             "--seconds", str(seconds), *options],
            output=open(self.log.name, "w"),
        )
        wait(lambda: self.lines(), "the fleet to start", 120)

    def lines(self):
        """What it has printed so far."""
        text = pathlib.Path(self.log.name).read_text()
        return [json.loads(line) for line in text.split("\n")[:-1]]


def wait(condition, what, seconds=30):
    """Waits until `condition` is true and does not throw."""
    end = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.05)
