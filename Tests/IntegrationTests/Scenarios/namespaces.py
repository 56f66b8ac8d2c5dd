"""Makes network namespaces with sockets, and ends some of them while their sockets live.

Usage: namespaces.py

It reads commands from standard input, one a line, and answers each with one line of JSON:

    make COUNT [own]    makes namespaces with 50 sockets each; the answer has the sockets of each, by inode number
                        own: with a table of its own (net.ipv4.tcp_child_ehash_entries)
    leave COUNT         gives up the oldest namespaces, which live on by their sockets alone
    drop COUNT          closes the sockets of the oldest namespaces, which then end
    churn COUNT [own]   makes namespaces one after another, each with two connections, which end with it
    here                the inode number of its own namespace

The namespaces end with the program.
"""

import ctypes
import fcntl
import json
import os
import resource
import socket
import struct
import sys

sys.dont_write_bytecode = True

from sockets import connected, cut, listening

CLONE_NEWNET, SIOCSIFFLAGS, IFF_UP = 0x40000000, 0x8914, 1
libc = ctypes.CDLL(None, use_errno=True)
home = os.open("/proc/self/ns/net", os.O_RDONLY)

# A list of its sockets and a descriptor or None for each namespace that exists.
namespaces = []


def call(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def enter_new(own):
    """Enters a new namespace. With a table of its own, its parent has to ask for it first."""
    if own:
        call(libc.unshare(CLONE_NEWNET))
        with open("/proc/sys/net/ipv4/tcp_child_ehash_entries", "w") as entries:
            entries.write("1024")
    call(libc.unshare(CLONE_NEWNET))
    with socket.socket() as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    return os.stat("/proc/self/ns/net").st_ino


def leave():
    call(libc.setns(home, CLONE_NEWNET))


def make(count, own):
    made = {}
    for _ in range(count):
        number = enter_new(own)
        pairs = 15 + len(namespaces) % 10
        listeners = [listening(7000 + port) for port in range(50 - 2 * pairs)]
        sockets = list(listeners)
        for _ in range(pairs):
            client = connected(7000)
            sockets += [client, listeners[0].accept()[0]]
        # A client that stops sending is in FIN_WAIT2, and its server in CLOSE_WAIT.
        for end in sockets[-4::2]:
            end.shutdown(socket.SHUT_WR)
        namespaces.append([sockets, os.open("/proc/self/ns/net", os.O_RDONLY)])
        made[number] = {"listen": len(listeners), "established": 2 * pairs - 4, "fin_wait_2": 2, "close_wait": 2}
    leave()
    return made


def give_up(count):
    for namespace in namespaces[:count]:
        os.close(namespace[1])
        namespace[1] = None
    return {}


def drop(count):
    for sockets, descriptor in namespaces[:count]:
        if descriptor is not None:
            os.close(descriptor)
        cut(*sockets)
    del namespaces[:count]
    return {}


def churn(count, own):
    for _ in range(count):
        enter_new(own)
        with listening(7000) as listener:
            for _ in range(2):
                client = connected(7000)
                cut(client, listener.accept()[0])
        leave()
    return {}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    for line in sys.stdin:
        words = line.split()
        own = words[-1] == "own"
        if words[0] == "make":
            answer = make(int(words[1]), own)
        elif words[0] == "leave":
            answer = give_up(int(words[1]))
        elif words[0] == "drop":
            answer = drop(int(words[1]))
        elif words[0] == "churn":
            answer = churn(int(words[1]), own)
        else:
            answer = {"here": os.stat("/proc/self/ns/net").st_ino}
        print(json.dumps(answer), flush=True)
