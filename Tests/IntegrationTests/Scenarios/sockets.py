"""What the scenarios share: sockets with their options, and the settings and rules of the namespace."""

import ctypes
import socket
import struct
import subprocess
import sys

TCP = socket.IPPROTO_TCP
LINGER2, KEEPIDLE, KEEPINTVL, KEEPCNT, USER_TIMEOUT = 8, 4, 5, 6, 18
DEFER_ACCEPT, QUICKACK, REPAIR, FASTOPEN, FASTOPEN_CONNECT = 9, 12, 19, 23, 30
MSG_FASTOPEN = 0x20000000

# Sockets that stay open until the scenario ends.
kept = []


def run(*command):
    subprocess.run(command, check=True)


def set_option(name, value):
    run("sysctl", "-qw", f"net.ipv4.{name}={value}")


def filtered(hook, rule):
    """Adds a rule of nftables, until unfiltered()."""
    run("nft", f"add table inet unusual; add chain inet unusual {hook} {{ type filter hook {hook} priority 0; }}; "
        f"add rule inet unusual {hook} {rule}")


def unfiltered():
    run("nft", "delete table inet unusual")


def listening(port, backlog=128, family=socket.AF_INET, **options):
    """A listener on loopback; `options` are options of TCP that are constants of this module."""
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for option, value in options.items():
        listener.setsockopt(TCP, globals()[option], value)
    listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
    listener.listen(backlog)
    return listener


def connected(port):
    return socket.create_connection(("127.0.0.1", port))


def cut(*ends):
    """Ends connections by a reset, so that no state is left."""
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()


def disconnect(client):
    """Disconnects by AF_UNSPEC, which libc's connect() accepts and Python's does not."""
    address = struct.pack("H14x", socket.AF_UNSPEC)
    ctypes.CDLL(None, use_errno=True).connect(client.fileno(), address, len(address))


def wait_for_end():
    """Reports that everything is in place, and waits for the end of the input."""
    print("ready", flush=True)
    sys.stdin.read()
