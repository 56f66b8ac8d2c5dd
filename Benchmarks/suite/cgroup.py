"""A cgroup of its own for the traffic, because that of the root cgroup belongs to no workload."""

import os
import pathlib
from contextlib import contextmanager


def mount():
    """Where cgroup version 2 is mounted; None if it is not."""
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        fields = line.split()
        if fields[2] == "cgroup2":
            return pathlib.Path(fields[1])
    return None


@contextmanager
def cgroup(name):
    """Moves this process, and so what it starts, into a cgroup NAME during the body."""
    tree = mount()
    if tree is None:
        yield
        return
    lines = pathlib.Path("/proc/self/cgroup").read_text().splitlines()
    own = next((line[3:] for line in lines if line.startswith("0::")), "/")
    parent = tree / f"benchmark-{os.getpid()}.slice"
    made = parent / f"{name}.service"
    made.mkdir(parents=True)
    try:
        (made / "cgroup.procs").write_text(str(os.getpid()))
        yield
    finally:
        (tree / own.lstrip("/") / "cgroup.procs").write_text(str(os.getpid()))
        made.rmdir()
        parent.rmdir()
