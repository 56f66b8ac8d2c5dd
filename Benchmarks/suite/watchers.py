"""What watches connections: tcplens in several ways, and what others would run instead."""

import os
import pathlib
import re
import shutil
import subprocess
import time
from contextlib import contextmanager

from . import processes, programs
from .machine import ROOT

ONE_LINER = "tracepoint:sock:inet_sock_set_state { @[args->newstate] = count(); }"
# The programs that run at each change of state; the kernel keeps 15 characters of a name.
AT_CHANGES = ("follow_connecti", "count_transitio", "trace_change", "trace_nested_ch", "trace_change_al",
              "handle_set_stat", "inet_sock_set_s", "tcp_set_state", "empty")


class Watcher:
    """A way to watch: a name and a command, or what is missing for it."""

    def __init__(self, name, command, missing=None, **environment):
        self.name = name
        self.command = command
        self.missing = missing
        self.environment = os.environ | environment

    @contextmanager
    def watching(self, folder, output=None):
        """Watches during the body, which gets the process; None if this is nothing.

        What it prints goes to the file `output`, if one is given; its errors to `errors` in the folder.
        """
        if self.command is None:
            yield None
            return
        with open(output or os.devnull, "wb") as lines, open(folder / "errors", "wb") as errors:
            options = {"env": self.environment, "stdout": lines, "stderr": errors}
            with processes.running(self.command, **options) as process:
                wait_until_watching(process, folder)
                yield process


def wait_until_watching(process, folder):
    """Waits until a process has loaded a program, and a little for the rest of its start."""
    def is_watching():
        if process.poll() is not None:
            reason = (folder / "errors").read_text(errors="replace").strip()
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}: {reason}")
        return programs.programs_of(process.pid)

    processes.wait_until(is_watching, 30, f"{process.args[0]} loaded no program")
    time.sleep(1)


def lost(folder):
    """How many events the last watcher has reported as lost."""
    text = (folder / "errors").read_text(errors="replace")
    return sum(int(one or other) for one, other in re.findall(r"lost (\d+) events|, (\d+) lost", text, re.I))


NOTHING = Watcher("nothing", None)


def agent(name, program, *options):
    """An agent that collects each second, and exports nothing."""
    command = [program, "run", "--log-level", "error", "--interval", "1s", *options]
    return Watcher(name, command, OTEL_METRICS_EXPORTER="none")


def trace(name, program, *options):
    return Watcher(name, [program, "trace", "--format", "json", *options])


def tool(name, *arguments, package="libbpf-tools"):
    """A tool of another project that an administrator would run."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    missing = None if found else f"{name} is not installed: make bench-packages (Debian's {package})"
    return Watcher(name, [found or name, *arguments], missing)


def one_liner():
    watcher = tool("bpftrace", "-e", ONE_LINER, package="bpftrace")
    if not watcher.missing and not pathlib.Path("/sys/kernel/tracing/events").is_dir():
        watcher.missing = "tracefs is not mounted: make mounts"
    return watcher


def usable(report, watchers):
    """Those that can run here; the report names the others."""
    for watcher in watchers:
        if watcher.missing:
            report.missing(watcher.name, watcher.missing)
    return {watcher.name: watcher for watcher in watchers if not watcher.missing}


def empty_program(folder):
    """A program that does nothing at each change of state."""
    include = f"/usr/include/{os.uname().machine}-linux-gnu"
    sources, built = ROOT / "Benchmarks/suite", folder / "empty.bpf.o"
    subprocess.run(
        ["clang", "-target", "bpf", "-mcpu=v3", "-g", "-O2", "-idirafter", include,
         "-c", sources / "empty.bpf.c", "-o", built], check=True
    )
    subprocess.run(["cc", "-O2", "-o", folder / "empty", sources / "empty.c", "-lbpf"], check=True)
    return Watcher("empty program", [folder / "empty", built])


def settle(process):
    """Waits until a watcher has shown what it was given, which is when it rests."""
    if process is None:
        return
    before = -1.0
    while (used := processes.processor_time(process.pid)) - before > 0.005:
        before = used
        time.sleep(0.25)
