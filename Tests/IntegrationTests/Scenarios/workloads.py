"""Workloads that come and go: cgroups, each with a process that makes connections.

Usage: workloads.py SCENARIO     in a network namespace of its own

Prints as JSON what there was to count.
"""

import json
import os
import secrets
import socket
import sys
import time

sys.dont_write_bytecode = True

from sockets import cut, listening


def hierarchy():
    """The mount of version 2."""
    with open("/proc/self/mounts") as mounts:
        return next(line.split()[1] for line in mounts if line.split()[2] == "cgroup2")


def one_after_the_other(count=300):
    """A cgroup after another, with the names of containers; the end of each is a reset, so that no state is left."""
    parent = hierarchy() + "/docker"
    os.makedirs(parent, exist_ok=True)
    connections = 0
    for number in range(count):
        path = f"{parent}/{secrets.token_hex(32)}"
        os.mkdir(path)
        made = 1 + number % 7
        child = os.fork()
        if not child:
            with open(f"{path}/cgroup.procs", "w") as processes:
                processes.write(str(os.getpid()))
            make(made)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert status == 0, status
        remove(path)
        connections += made
        time.sleep(0.02)
    try:
        os.rmdir(parent)
    except OSError:
        # Other containers are in it.
        pass
    return {"connections": connections}


def make(count):
    with listening(7000) as listener:
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", 7000))
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
