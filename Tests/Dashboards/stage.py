"""A scene with three backends in which all faults are made, so that no panel has a reason to be empty."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "demo"))

from tcplens_demo import faults, parts, processes, programs, promql, sockets
from tcplens_demo.bpf import measuring_programs
from tcplens_demo.namespaces import get
from tcplens_demo.scene import Scene

JOB = "tcplens"
# A client that is refused, in the control group of the shop. Its failures are those of the service.
REFUSED = """
import socket, time
while True:
    socket.socket().connect_ex(("127.0.0.1", 9))
    time.sleep(0.2)
"""


class Scraper(parts.Backend):
    """A Prometheus that only scrapes."""

    def __init__(self, namespace, port, jobs):
        folder = tempfile.mkdtemp(prefix="scraper-")
        configuration = pathlib.Path(folder, "prometheus.yaml")
        # JSON is also YAML.
        configuration.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}))
        command = [
            programs.backend("prometheus"),
            f"--config.file={configuration}",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        super().__init__(namespace, command, "scraper", folder)
        self.ready(lambda: (get(namespace, port, "/-/ready") or (0,))[0] == 200)
        self.promql = promql.PromQL(f"http://127.0.0.1:{port}", namespace)


def agents(**names):
    """A job that scrapes the agents, in the scene and on the host; each `names` adds a label with two values."""
    targets = ["127.0.0.1:9464", f"127.0.0.1:{HostAgent.PORT}"]
    labels = [{name: values[index] for name, values in names.items()} for index in range(2)]
    configurations = [{"targets": [target], "labels": each} for target, each in zip(targets, labels, strict=True)]
    return {"job_name": JOB, "static_configs": configurations}


def service():
    """A job that takes the metrics of the service from VictoriaMetrics.

    The service exports by OTLP. Its series come with resource attributes as labels, as an SDK's own page can have them.
    """
    return {
        "job_name": "shop",
        "honor_labels": True,
        "metrics_path": "/federate",
        "params": {"match[]": ['{__name__=~"http_server_request_duration_seconds.*"}']},
        "static_configs": [{"targets": [f"127.0.0.1:{parts.VictoriaMetrics.PORT}"]}],
    }


class Passage:
    """Leads from a listening socket to another one, perhaps in another network namespace."""

    def __init__(self, listener, connect):
        """`connect()` makes a connection to where it leads."""
        self._listener, self._connect = listener, connect
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = self._connect()
            except OSError:
                client.close()
                continue
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=pair, daemon=True).start()

    @staticmethod
    def _pass(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        """Makes no more connections."""
        self._listener.close()


class HostAgent:
    """An agent in the first network namespace, which alone knows the memory of TCP.

    It sends and serves over passages to the scene.
    """

    PORT = 9465

    def __init__(self, scene):
        self._folder = tempfile.TemporaryDirectory(prefix="passage-")
        collector = socket.socket(socket.AF_UNIX)
        collector.bind(f"{self._folder.name}/otlp.sock")
        collector.listen()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._passages = [
            Passage(collector, lambda: sockets.connect(scene.namespace, 4318)),
            Passage(
                sockets.listen(scene.namespace, self.PORT),
                lambda: socket.create_connection(("127.0.0.1", port), timeout=5),
            ),
        ]
        environment = {
            **processes.clean_environment(),
            "OTEL_METRICS_EXPORTER": "otlp,prometheus",
            "OTEL_EXPORTER_PROMETHEUS_PORT": str(port),
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"unix://{self._folder.name}/otlp.sock",
        }
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", programs.tcplens(), "run", "--interval", "1s"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self):
        """Ends it, and closes its passages."""
        self._process.terminate()
        self._process.wait(15)
        for passage in self._passages:
            passage.close()
        self._folder.cleanup()


class Stage:
    """The scene, and what else is needed for the rarer metrics."""

    def __init__(self):
        self._closing = contextlib.ExitStack()
        try:
            self._make()
        except BaseException:
            self._closing.close()
            raise

    def _make(self):
        self._closing.callback(os.close, measuring_programs())
        self.scene = self._closing.enter_context(
            Scene(
                agent_options=["--attributes", "network.local.port,network.peer.port", "--response-time"]
                + ["--queue-limit", "64KiB"],
                agent_environment={"OTEL_METRICS_EXPORTER": "otlp,prometheus"},
            )
        )
        self.scene.LIMITS = {**Scene.LIMITS, "tcp_max_tw_buckets": 1500}
        names = [Scene.HOST, socket.gethostname()]
        scraping = self._scraper(9091, agents(), service())
        naming = self._scraper(9092, agents(host_name=names), service())
        host = HostAgent(self.scene)
        self._closing.callback(host.stop)
        self.backends = {
            "VictoriaMetrics": self.scene.promql,
            "Prometheus": scraping.promql,
            "Prometheus with names": naming.promql,
        }
        # A start is a change, too: for some seconds there are no rates.
        self.scene.rest(8)

    def _scraper(self, port, *jobs):
        result = Scraper(self.scene.namespace, port, jobs)
        self._closing.callback(result.stop)
        return result

    def play(self):
        """Makes all faults, and returns when they began and ended. They still last."""
        self.begin = time.time()
        self._lose_points()
        self._refuse()
        self._close_without_answers()
        lasting = [
            faults.CloseWaitLeak(),
            faults.FullAcceptQueue(),
            faults.Loss(),
            faults.ZeroWindow(),
            faults.SynFlood(cookies=True),
        ]
        for fault in lasting:
            fault.begin(self.scene)
            self._closing.callback(fault.end)
        alone = [faults.FullAcceptQueue(), faults.ZeroWindow()]
        for fault in alone:
            fault.scene = self.scene
            fault.begin_alone()
            self._closing.callback(fault.end_alone)
        end = time.time() + 25
        while time.time() < end:
            for fault in lasting:
                fault.keep_going()
            alone[0].keep_going_alone()
            self._abort()
            # What has arrived is shown at once, also to those who scrape it.
            get(self.scene.namespace, parts.VictoriaMetrics.PORT, "/internal/force_flush")
            self.scene.check()
            time.sleep(0.25)
        self._use_up_ports()
        self.scene.rest(5)
        return self.begin, time.time()

    def _lose_points(self):
        """The Collector is away for so long that the agent's small queue overflows."""
        self.scene.collector.stop()

        def is_full():
            return 'error_type="queue_full"' in (get(self.scene.namespace, 9464, "/metrics") or (0, ""))[1]

        processes.eventually("points to be given up", is_full, 60)
        self.scene.collector.start()

    def _refuse(self):
        command = [sys.executable, "-c", REFUSED]
        client = processes.Running(self.scene.namespace, command, cgroup=self.scene._groups["shop"], name="refused")
        self._closing.callback(client.stop)

    def _close_without_answers(self):
        """Connections that stay in CLOSING and LAST_ACK, because what they wait for is dropped."""
        namespace = self.scene.namespace
        for port, dropped in ((7107, ""), (7108, "tcp flags & (syn|fin|rst) == 0")):
            listener = sockets.listen(namespace, port)
            self._closing.callback(listener.close)
            clients, servers = sockets.pairs(namespace, listener, 3)
            namespace.filter(f"tcp dport {port} {dropped} drop")
            for one in clients + servers:
                one.close()

    def _abort(self):
        """Closes connections without reading what came."""
        with sockets.listen(self.scene.namespace, 7109) as listener:
            clients, servers = sockets.pairs(self.scene.namespace, listener, 3)
        for client in clients:
            client.send(b"x")
        for one in servers + clients:
            one.close()

    def _use_up_ports(self):
        """More connections in TIME_WAIT than there may be, and then fewer ports than are wanted."""
        pile = faults.TimeWaitPile()
        pile.scene = self.scene
        pile.begin_alone()
        self._closing.callback(pile.end_alone)
        self.scene.namespace.set(ip_local_port_range="32900 32919")
        clients = [sockets.connect(self.scene.namespace, 7104, waits=False) for _ in range(60)]
        self._closing.callback(sockets.reset, clients)

    def close(self):
        """Ends the faults and everything else."""
        self._closing.close()
