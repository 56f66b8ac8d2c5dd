"""Network namespaces, and the processes of Tests/Traffic that make sockets in them."""

import ctypes
import os
import pathlib
import subprocess
from contextlib import contextmanager

from . import processes

NEW_NETWORK = 0x40000000


class Traffic:
    """A process of Tests/Traffic, which makes sockets on command; all of them end with it."""

    def __init__(self, program, here=True):
        self.process = subprocess.Popen(
            [program, *(["--here"] if here else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer("start")

    def _answer(self, line):
        answer = self.process.stdout.readline().strip()
        if not answer.startswith("ok"):
            raise RuntimeError(f"traffic: {line}: {answer or 'it has ended'}")
        return answer

    def __call__(self, *lines):
        for line in lines:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            self._answer(line)

    def begin(self, *lines):
        """Gives commands, and leaves their answers to `wait`."""
        self.process.stdin.write("".join(line + "\n" for line in lines))
        self.process.stdin.close()

    def wait(self):
        """Waits for the commands of `begin` and for the end; returns the seconds of processor time it took."""
        for line in self.process.stdout:
            if not line.startswith("ok"):
                raise RuntimeError(f"traffic: {line.strip()}")
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_utime + usage.ru_stime

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Namespace:
    """A network namespace of its own, with loopback up. What is started inside `entered` is in it."""

    def __init__(self, program):
        self.program = program
        self.maker = Traffic(program, here=False)
        # Others that end with it.
        self.others = []

    @contextmanager
    def entered(self):
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        own = os.open(f"/proc/{self.maker.process.pid}/ns/net", os.O_RDONLY)
        try:
            enter(own)
            yield
        finally:
            enter(before)
            os.close(own)
            os.close(before)

    def set(self, **settings):
        """Sets files of /proc/sys/net/ipv4."""
        with self.entered():
            for name, value in settings.items():
                pathlib.Path("/proc/sys/net/ipv4", name).write_text(str(value))

    def end(self):
        for maker in [*self.others, self.maker]:
            maker.end()


@contextmanager
def namespace(program):
    """A namespace with room for many short connections."""
    made = Namespace(program)
    try:
        made.set(tcp_max_tw_buckets=1000, ip_local_port_range="10000 65000")
        yield made
    finally:
        made.end()


def enter(descriptor):
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(descriptor, NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "setns")


def listens(port):
    """Whether somebody listens on a port of this process's namespace."""
    for name in "tcp", "tcp6":
        for line in pathlib.Path(f"/proc/thread-self/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                return True
    return False


def wait_for_listener(port):
    processes.wait_until(lambda: listens(port), 30, f"nobody listened on port {port}")
