#!/usr/bin/env python3
"""Makes COUNT cgroups below the mount of cgroup version 2, each with a process that has connections to itself.

cgroups.py MOUNT COUNT

Prints `ready`, and removes everything when it is ended.
"""
import os
import signal
import socket
import sys
import time

tree, count = sys.argv[1], int(sys.argv[2])
parent = f"{tree}/benchmark-{os.getpid()}.slice"
children = []


def child(directory):
    with open(f"{directory}/cgroup.procs", "w") as procs:
        procs.write("0")
    listener = socket.create_server(("127.0.0.1", 0))
    pairs = []
    for _ in range(20):
        client = socket.create_connection(listener.getsockname())
        pairs.append((client, listener.accept()[0]))
    while True:
        for one, other in pairs:
            one.sendall(b"x")
            other.recv(1)
        client = socket.create_connection(listener.getsockname())
        listener.accept()[0].close()
        client.close()
        time.sleep(0.5)


os.mkdir(parent)
for number in range(count):
    directory = f"{parent}/service-{number}.service"
    os.mkdir(directory)
    process = os.fork()
    if process == 0:
        child(directory)
    children.append((process, directory))


def end(*_):
    for process, directory in children:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.rmdir(directory)
    os.rmdir(parent)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
time.sleep(1)
print("ready", flush=True)
while True:
    time.sleep(60)
