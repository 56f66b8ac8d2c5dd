"""Starts and ends processes, and measures what they take."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager

from .machine import ROOT


@contextmanager
def scratch():
    """A folder for a benchmark's files."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tcplens-benchmark-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compile_c(output, *sources):
    subprocess.run(["cc", "-O2", "-pthread", "-o", output, *sources], check=True)
    return output


def traffic_program(folder):
    """Builds Tests/Traffic."""
    return compile_c(folder / "traffic", *sorted((ROOT / "Tests/Traffic").glob("*.c")))


class Usage:
    """What a command took: seconds by the clock and of processor time, and its most resident memory in bytes."""

    def __init__(self, wall, usage, status, output):
        self.wall = wall
        self.processor = usage.ru_utime + usage.ru_stime
        self.resident = usage.ru_maxrss * 1024
        self.status = status
        self.output = output


def run(command, keeps_output=False, environment=None, may_fail=False):
    """Runs a command and measures it."""
    target = subprocess.PIPE if keeps_output else subprocess.DEVNULL
    begin = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=target, env=environment)
    output = process.stdout.read() if keeps_output else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not may_fail:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Usage(wall, usage, process.returncode, output)


def end(process, sign=signal.SIGINT):
    """Ends a process and waits for it."""
    if process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


@contextmanager
def running(command, sign=signal.SIGINT, **options):
    """A process that runs in the body and is ended after it."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL} | options
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        end(process, sign)


def family(pid):
    """A process and all that descend from it."""
    result = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                result += family(int(child))
        except OSError:
            continue
    return result


def processor_time(pid):
    """Seconds of processor time of a process and its descendants so far, in steps of a nanosecond."""
    total = 0
    for member in family(pid):
        for task in pathlib.Path(f"/proc/{member}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except (OSError, IndexError):
                continue
    return total / 1e9


def status(pid):
    """The numbers of /proc/PID/status, by name."""
    fields = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        words = value.split()
        if words and words[0].isdigit():
            fields[name] = int(words[0])
    return fields


def private_memory(pid):
    """The memory that only this process has, in bytes."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def file_limit():
    """How many files a process may have open, at most."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def wait_until(condition, seconds=10, what="nothing happened"):
    """Waits for a condition, and fails if it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} within {seconds} s")
        time.sleep(0.02)
