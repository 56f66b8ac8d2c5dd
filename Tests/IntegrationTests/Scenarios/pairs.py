"""What the scenarios of controls.py share: connections, and their failures."""

import socket
import struct
import subprocess

from sockets import kept, listening, run

# Long enough for segments that are on their way over loopback.
PAUSE = 0.05


def pair(port=7000, backlog=128):
    """Both ends of a connection whose listener is closed."""
    with listening(port, backlog) as listener:
        client = socket.create_connection(("127.0.0.1", port))
        ends = client, listener.accept()[0]
    kept.extend(ends)
    return ends


def starting(port, host="127.0.0.1", client=None):
    """A socket that starts to connect, without waiting for the outcome."""
    client = client or socket.socket()
    client.setblocking(False)
    client.connect_ex((host, port))
    kept.append(client)
    return client


def fails(what, *numbers):
    """Calls `what`, which must fail with one of these errors."""
    try:
        what()
    except OSError as error:
        assert error.errno in numbers, error
    else:
        raise AssertionError(f"no failure, but one of {numbers}")


def killed(*filter):
    """Makes the kernel abort the sockets that match a filter of ss."""
    subprocess.run(["ss", "-KHtn", *filter], check=True, stdout=subprocess.DEVNULL)


def lingering(end, seconds):
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, seconds))


def black_hole():
    """Adds a route to addresses that never answer."""
    run("ip", "route", "add", "192.0.2.0/24", "dev", "lo")
