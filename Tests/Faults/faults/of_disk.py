"""Faults of the disk on which the agent keeps what waits."""

import contextlib
import pathlib
import signal
import subprocess
import time

from tcplens_demo import parts, programs
from tcplens_demo.namespaces import Connection

from .fault import Fault
from .of_collector import DELIVERS

MEMORY = f"it is logged, memory takes the place of the disk; {DELIVERS}"
# The spool has some requests before the disk fails.
FILLING = 2


def run(*command):
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


@contextlib.contextmanager
def mounted(folder, *arguments):
    folder.mkdir(mode=0o700)
    run("mount", *arguments, folder)
    try:
        yield
    finally:
        run("umount", "--lazy", folder)


def fill(folder):
    """Writes a file until the disk is full."""
    with contextlib.suppress(OSError), open(folder / "filler", "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


class Spooling(Fault):
    """An agent whose spool is on a disk of its own, while the Collector is away."""

    acts_on_running = False
    repeats = 1
    complaint = ""

    @contextlib.contextmanager
    def around(self, bench):
        self.disk = bench.folder / "disk"
        self.arguments = ("--spool", self.disk / "spool")
        with self.provided(bench):
            (self.disk / "spool").mkdir(mode=0o700)
            yield

    def make(self, bench):
        bench.collector.stop(signal.SIGKILL)
        time.sleep(FILLING)
        self.spooled = len(list((self.disk / "spool").iterdir()))
        self.break_disk()

    def heal(self, bench):
        self.repair_disk()
        bench.collector.start()

    def wrong(self, bench):
        log = bench.agent.output
        said = sum(self.complaint in line and "cannot keep" in line for line in log.splitlines())
        # What was accepted can't be removed from a disk that is read-only, which is another thing to say.
        also = sum(self.complaint in line for line in log.splitlines()) - said
        return [] if said == 1 and also <= 1 else [f"'{self.complaint}' is {said} times in the log, and {also} times more"]

    def seen(self, bench):
        return f"logged once, with {self.spooled} files in the spool"


class Full(Spooling):
    name = "Spool's disk full"
    promised = MEMORY
    complaint = "No space left on device"

    def provided(self, bench):
        return mounted(self.disk, "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs")

    def break_disk(self):
        fill(self.disk)

    def repair_disk(self):
        (self.disk / "filler").unlink()


class ReadOnly(Spooling):
    name = "Spool's disk read-only"
    promised = MEMORY
    complaint = "Read-only file system"

    @contextlib.contextmanager
    def provided(self, bench):
        image = bench.folder / "image"
        with open(image, "wb") as file:
            file.truncate(8 << 20)
        run("mkfs.ext4", "-q", "-O", "^has_journal", image)
        with mounted(self.disk, "-o", "loop,errors=remount-ro", image):
            yield

    def break_disk(self):
        # What the kernel does after an error of the disk. A file that is open for writing does not prevent it.
        source = next(line.split()[0] for line in pathlib.Path("/proc/mounts").read_text().splitlines()
                      if line.split()[1] == str(self.disk))
        pathlib.Path("/sys/fs/ext4", pathlib.Path(source).name, "trigger_fs_error").write_text("test")

    def repair_disk(self):
        """Such a disk stays read-only until it is checked; the Collector comes back all the same."""


class BackendFull(Fault):
    """The receiver passes everything on to a VictoriaMetrics whose disk is full, and answers what that answers."""

    name = "Backend's disk full"
    promised = f"503 of the Collector is waited out; {DELIVERS}"
    acts_on_running = False
    # VictoriaMetrics takes nothing when less than this is free.
    LEAST = 4 << 20

    @contextlib.contextmanager
    def around(self, bench):
        self.disk, self.statuses = bench.folder / "disk", []
        with mounted(self.disk, "-t", "tmpfs", "-o", "size=64m", "tmpfs"):
            port = parts.VictoriaMetrics.PORT
            self.backend = parts.Backend(bench.outside, [
                programs.backend("victoria-metrics"), f"-httpListenAddr=127.0.0.1:{port}",
                f"-storageDataPath={self.disk}/data", f"-storage.minFreeDiskSpaceBytes={self.LEAST}",
                "-memory.allowedBytes=64MB", "-opentelemetry.usePrometheusNaming",
            ], "victoria-metrics", self.disk / "data")
            try:
                self.backend.ready(lambda: self._ask(bench, "GET", "/health", b"") == 200)
                bench.receiver.instead = lambda body: self._pass_on(bench, body)
                yield
            finally:
                self.backend.stop()

    @staticmethod
    def _ask(bench, method, path, body):
        connection = Connection("127.0.0.1", parts.VictoriaMetrics.PORT, bench.outside)
        try:
            connection.request(method, path, body, {"Content-Type": "application/x-protobuf"})
            return connection.getresponse().status
        except OSError:
            return 503
        finally:
            connection.close()

    def _pass_on(self, bench, body):
        status = self._ask(bench, "POST", "/opentelemetry/v1/metrics", body)
        self.statuses.append(status)
        return (200, b"") if status // 100 == 2 else (status, b"")

    def make(self, bench):
        fill(self.disk)
        self.begin = len(self.statuses)

    def heal(self, bench):
        (self.disk / "filler").unlink()

    @property
    def _refused(self):
        return [status for status in self.statuses[self.begin:] if status // 100 != 2]

    def wrong(self, bench):
        return [] if self._refused else ["the backend refused nothing"]

    def seen(self, bench):
        return f"{len(self._refused)} answers of {', '.join(map(str, sorted(set(self._refused))))}"


ALL = (BackendFull, Full, ReadOnly)
