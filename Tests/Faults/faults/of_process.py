"""Faults of the process: what stops it, and what it lacks."""

import contextlib
import os
import pathlib
import re
import resource
import signal

from tcplens_demo import sockets
from tcplens_demo.processes import eventually

from . import held
from .fault import Fault, Impossible
from .of_collector import DELIVERS

# Where the controllers of control groups of version 1 are, by their names; of version 2 all are in one place.
MOUNTS = pathlib.Path("/proc/mounts")


def controller(name):
    """The root of a controller, and its version."""
    for line in MOUNTS.read_text().splitlines():
        _, path, kind, options, *_ = line.split()
        if kind == "cgroup" and name in options.split(","):
            return pathlib.Path(path), 1
    for line in MOUNTS.read_text().splitlines():
        _, path, kind, *_ = line.split()
        if kind == "cgroup2" and name in pathlib.Path(path, "cgroup.controllers").read_text().split():
            with contextlib.suppress(OSError):
                pathlib.Path(path, "cgroup.subtree_control").write_text(f"+{name}")
            return pathlib.Path(path), 2
    raise Impossible(f"there is no controller '{name}' of control groups")


class Group:
    """A control group for an agent."""

    def __init__(self, name):
        root, self.version = controller(name)
        self.path = root / f"tcplens-faults-{os.getpid()}-{id(self)}"
        self.path.mkdir()

    def set(self, version1, version2):
        """Writes values into files, those of the version that there is."""
        for file, value in (version1 if self.version == 1 else version2).items():
            (self.path / file).write_text(str(value))

    def read(self, version1, version2):
        return (self.path / (version1 if self.version == 1 else version2)).read_text()

    def take(self, pid):
        """Takes a process and its children."""
        for process in held.family(pid):
            (self.path / "cgroup.procs").write_text(str(process))

    def close(self):
        """Gives its processes back to the root, and removes it."""
        for process in self.read("cgroup.procs", "cgroup.procs").split():
            with contextlib.suppress(OSError):
                (self.path.parent / "cgroup.procs").write_text(process)

        def gone():
            with contextlib.suppress(OSError):
                self.path.rmdir()
            return not self.path.exists()

        eventually("a control group to be empty", gone)


@contextlib.contextmanager
def listening(namespace, ports):
    """Listeners on many ports."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.ExitStack() as stack:
        for port in ports:
            stack.enter_context(sockets.listen(namespace, port))
        yield


class Stopped(Fault):
    name = "Agent stopped"
    promised = "the kernel counts on; when it goes on, so do its collections, with the same counters"
    seconds = 30

    def make(self, bench):
        if self.is_long:
            self.seconds = 600
        bench.agent.send(signal.SIGSTOP)

    def heal(self, bench):
        bench.agent.send(signal.SIGCONT)

    def seen(self, bench):
        return f"stopped for {self.seconds} s"


class BrokerKilled(Fault):
    name = "tcplens-broker killed"
    promised = "the agent goes on with what is loaded"
    acts_on_running = False

    def make(self, bench):
        self.brokers = [pid for pid in held.family(bench.agent.pid)[1:]]
        for pid in self.brokers:
            os.kill(pid, signal.SIGKILL)

    def wrong(self, bench):
        return [] if self.brokers else ["there was no broker"]


class NoDescriptors(Fault):
    name = "Out of descriptors"
    repeats = 1
    promised = f"what can't be opened is missing meanwhile; {DELIVERS}"

    def make(self, bench):
        self._before = resource.prlimit(bench.agent.pid, resource.RLIMIT_NOFILE)
        # What is open stays open.
        resource.prlimit(bench.agent.pid, resource.RLIMIT_NOFILE, (0, self._before[1]))
        bench.collector.stop(signal.SIGKILL)
        bench.collector.start()

    def heal(self, bench):
        resource.prlimit(bench.agent.pid, resource.RLIMIT_NOFILE, self._before)


class Starved(Fault):
    name = "CPU starved"
    promised = "with 1 % of a CPU, collections are late or left out, and counters miss nothing"
    seconds = 10

    @contextlib.contextmanager
    def around(self, bench):
        self.group = Group("cpu")
        try:
            yield
        finally:
            self.group.close()

    def make(self, bench):
        self.begin = len(bench.receiver.times)
        self.group.take(bench.agent.pid)
        self.group.set({"cpu.cfs_period_us": 100_000, "cpu.cfs_quota_us": 1000}, {"cpu.max": "1000 100000"})

    def heal(self, bench):
        self.collections = len(bench.receiver.times) - self.begin
        self.throttled = int(re.search(r"nr_throttled (\d+)", self.group.read("cpu.stat", "cpu.stat"))[1])
        self.group.set({"cpu.cfs_quota_us": -1}, {"cpu.max": "max 100000"})

    def wrong(self, bench):
        return [] if self.throttled >= self.seconds else [f"it was held back only {self.throttled} times"]

    def seen(self, bench):
        return f"{self.collections} collections in {self.seconds} s, held back {self.throttled} times"


class MemoryLimit(Fault):
    """A Collector that is away, and exports so large that the queue is full in seconds."""

    name = "Memory limit of a sidecar"
    promised = "the agent stays inside by its own limits and is not killed; what its queue drops is counted"
    acts_on_running = False
    seconds = 14
    # That of a sidecar (deploy/kubernetes/chart/values.yaml).
    LIMIT = 96 << 20
    LISTENERS = 1600
    FIRST_PORT = 2000
    interval = "400ms"
    environment = {"OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    may_lose = ("queue_full",)
    repeats = 1

    @contextlib.contextmanager
    def around(self, bench):
        self.group = Group("memory")
        self.group.set({"memory.limit_in_bytes": self.LIMIT}, {"memory.max": self.LIMIT})
        ports = range(self.FIRST_PORT, self.FIRST_PORT + self.LISTENERS)
        with contextlib.ExitStack() as stack:
            stack.callback(self.group.close)
            self._listeners = stack.enter_context(contextlib.ExitStack())
            self._listeners.enter_context(listening(bench.namespace, ports))
            yield

    def prefix(self, bench):
        return "sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', self.group.path

    def make(self, bench):
        bench.collector.stop(signal.SIGKILL)

    def heal(self, bench):
        # Otherwise what comes next is as much as what waits.
        self._listeners.close()
        self.most = int(self.group.read("memory.max_usage_in_bytes", "memory.peak"))
        bench.collector.start()

    def wrong(self, bench):
        events = self.group.read("memory.oom_control", "memory.events").splitlines()
        wrong = [f"killed: {line}" for line in events if line.startswith("oom_kill ") and not line.endswith(" 0")]
        return wrong if bench.receiver.dropped else [*wrong, "the queue was never full"]

    def seen(self, bench):
        dropped = ", ".join(f"{count:,.0f} points counted as lost ({reason})" for reason, count in bench.receiver.dropped.items())
        return f"at most {self.most / 2**20:.0f} MiB of {self.LIMIT >> 20}, {dropped}"


ALL = (Stopped, BrokerKilled, NoDescriptors, Starved, MemoryLimit)
