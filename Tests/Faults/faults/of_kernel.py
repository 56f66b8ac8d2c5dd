"""What changes in the kernel under an agent."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import time

from pinning.receiver import texts
from soak.generator import Traffic
from tcplens_demo import cgroups
from tcplens_demo.namespaces import Namespace

from . import held
from .fault import Fault, Impossible

UNIT = "tcplens.systemd.unit.name"
PROCESSORS = pathlib.Path("/sys/devices/system/cpu")
STATISTICS = pathlib.Path("/proc/sys/kernel/bpf_stats_enabled")


class Detached(Fault):
    name = "Programs detached by `bpftool`"
    promised = "the kernel does not let anybody detach them, and counters go on"
    seconds = 2

    def make(self, bench):
        self.answers = []
        for kind, number in sorted(held.objects(bench.agent.pid)):
            if kind == "link":
                answer = subprocess.run(["bpftool", "link", "detach", "id", str(number)], capture_output=True, text=True)
                self.answers.append(answer.stderr.strip().rpartition(": ")[2] if answer.returncode else "detached")

    def wrong(self, bench):
        if not self.answers:
            return ["the agent has no link"]
        return ["a program was detached"] if "detached" in self.answers else []

    def seen(self, bench):
        return f"{len(self.answers)} links, each refused: {', '.join(sorted(set(self.answers)))}"


class Unpinned(Fault):
    name = "Pins deleted"
    promised = "with `--pin`, an agent whose pins are deleted counts on, and leaves nothing"
    acts_on_running = False

    @contextlib.contextmanager
    def around(self, bench):
        self.folder = pathlib.Path(f"/sys/fs/bpf/tcplens-faults-{os.getpid()}-deleted")
        self.arguments = ("--pin", self.folder)
        try:
            yield
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def make(self, bench):
        self.files = sum(file.is_file() for file in self.folder.rglob("*"))
        shutil.rmtree(self.folder)

    def seen(self, bench):
        return f"{self.files} files deleted"


class Statistics(Fault):
    name = "`bpf_stats` on and off"
    promised = "what programs cost is exported while the kernel measures it, and counters miss nothing"

    def make(self, bench):
        before = STATISTICS.read_text()
        try:
            for _ in range(3):
                STATISTICS.write_text("1")
                time.sleep(1.2)
                self.runs = bench.agent.scrape().sum("tcplens_bpf_program_runs_total", tcplens_bpf_program="follow_connection")
                STATISTICS.write_text("0")
                time.sleep(0.3)
        finally:
            STATISTICS.write_text(before)

    def wrong(self, bench):
        return [] if self.runs else ["no program was measured"]


class ProcessorOffline(Fault):
    name = "CPU offline"
    promised = "what that CPU has counted stays, and it counts on when it comes back"
    seconds = 4
    file = None

    @contextlib.contextmanager
    def around(self, bench):
        try:
            yield
        finally:
            # Whatever happens, the machine gets it back.
            self.heal(bench)

    def make(self, bench):
        files = sorted(PROCESSORS.glob("cpu[0-9]*/online"))
        if not files:
            raise Impossible("no CPU can be taken offline")
        self.file = files[-1]
        self.file.write_text("0")

    def heal(self, bench):
        if self.file:
            self.file.write_text("1")

    def seen(self, bench):
        return f"{self.file.parent.name} of {PROCESSORS.joinpath('possible').read_text().strip()}"


class Renamed(Fault):
    name = "Host name changed"
    promised = "what was counted is exported, then metrics have the new name, and counters begin again"
    acts_on_running = False
    restarts_counters = True
    NAME = "another"
    # What may happen while programs are loaded again, in seconds; it is in no count.
    MOST = 0.5

    def make(self, bench):
        subprocess.run(["nsenter", f"--uts={bench.namespace.path('uts')}", "hostname", self.NAME], check=True)

    def wrong(self, bench):
        names = {bytes(dict(subject).get("host.name", b""))[2:].decode() for subject, _, _ in bench.receiver.series}
        return [] if names == {"faults", self.NAME} else [f"names of hosts: {sorted(names)}"]

    def handshakes(self, bench):
        found, made = super().handshakes(bench)
        self.gap = made - found
        return (made if 0 <= self.gap <= self.MOST * bench.rate else found), made

    def seen(self, bench):
        return f"{self.gap:.0f} connections came while programs were loaded, and are in no count"


class NamespaceDeleted(Fault):
    """The agent observes all namespaces; one of them has connections, and ends with its processes."""

    name = "Network namespace deleted"
    promised = "with the scope `node`, what it had is counted, and other namespaces miss nothing"
    acts_on_running = False
    observes_machine = True
    arguments = ("--scope", "node")
    COUNT = 300
    PORT = 9001

    @contextlib.contextmanager
    def around(self, bench):
        # The connections of a control group are those of nobody else.
        groups = cgroups.ControlGroups("churn", "deleted")
        self.cgroup, self._deleted = groups["churn"], groups["deleted"]
        try:
            yield
        finally:
            groups.close()

    def make(self, bench):
        other = Namespace("other")
        holder = Traffic(other, bench.program, self._deleted)
        holder.say(f"listen 4 {self.PORT} 128")
        holder.say(f"connect held 4 {self.PORT} {self.COUNT}")
        time.sleep(2.5)
        holder.close()
        other.close()

    def _of(self, bench, name):
        """The server's handshakes of a group."""
        return sum(value for (subject, metric, attributes), (_, value) in bench.receiver.series.items()
                   if metric == "tcplens.handshakes" and name in bytes(dict(subject).get(UNIT, b"")).decode()
                   and texts(attributes).get("tcplens.connection.role") == "server")

    def handshakes(self, bench):
        return self._of(bench, "churn.service"), bench.made

    def wrong(self, bench):
        self.counted = self._of(bench, "deleted.service")
        return [] if self.counted == self.COUNT else [f"{self.counted:.0f} of {self.COUNT} of the deleted namespace"]

    def seen(self, bench):
        return f"{self.COUNT} connections of the deleted namespace counted"


ALL = (Detached, Unpinned, Statistics, ProcessorOffline, Renamed, NamespaceDeleted)
