"""Workloads that come and go: cgroups, each with a process that makes connections.

Usage: workloads.py SCENARIO     in a network namespace of its own

Prints as JSON what there was to count.
"""

import json
import os
import secrets
import sys
import time

sys.dont_write_bytecode = True

from sockets import connected, cut, listening


def hierarchy():
    """The mount of version 2."""
    with open("/proc/self/mounts") as mounts:
        return next(line.split()[1] for line in mounts if line.split()[2] == "cgroup2")


def some_after_others(count=150, together=30):
    """Cgroups with the names of containers, some of them at the same time, and then the next ones.

    The end of each connection is a reset, so that no state is left.
    """
    parent = hierarchy() + "/docker"
    os.makedirs(parent, exist_ok=True)
    connections = 0
    for first in range(0, count, together):
        numbers = range(first, min(count, first + together))
        reading, writing = os.pipe()
        paths = [f"{parent}/{secrets.token_hex(32)}" for _ in numbers]
        children = [begin(path, 7000 + number, 1 + number % 7, writing, reading) for path, number in zip(paths, numbers)]
        connections += sum(1 + number % 7 for number in numbers)
        os.close(reading)
        # Long enough for an agent to see them.
        time.sleep(1)
        os.close(writing)
        for child, path in zip(children, paths):
            assert os.waitpid(child, 0)[1] == 0
            remove(path)
    try:
        os.rmdir(parent)
    except OSError:
        # Other containers are in it.
        pass
    return {"connections": connections}


def begin(path, port, count, writing, reading):
    """Starts a process in a cgroup, which makes connections and then waits until all others have ended theirs."""
    os.mkdir(path)
    child = os.fork()
    if child:
        return child
    os.close(writing)
    with open(f"{path}/cgroup.procs", "w") as processes:
        processes.write(str(os.getpid()))
    make(port, count)
    os.read(reading, 1)
    os._exit(0)


def make(port, count):
    with listening(port) as listener:
        for _ in range(count):
            client = connected(port)
            cut(client, listener.accept()[0])


def remove(path):
    """The kernel takes a moment to notice that the last process has ended."""
    for _ in range(500):
        try:
            os.rmdir(path)
            return
        except OSError:
            time.sleep(0.01)
    raise AssertionError(f"{path} can't be removed")


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]]()))
