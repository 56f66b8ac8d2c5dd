"""Makes many sockets that stay, in one or more network namespaces."""

from contextlib import ExitStack, contextmanager

from .namespace import Namespace, Traffic
from .processes import file_limit

# Beyond half of the ports that a client may have, the kernel searches long for one that is free.
CONNECTIONS_OF_A_PORT = 25_000
# What both ends of a connection take in the kernel and in the process that holds them, with room to spare.
MEMORY_OF_A_SOCKET = 6_000


@contextmanager
def stock(program, sockets, namespaces):
    """Namespaces with together so many sockets: nine tenths are established, the others are half closed."""
    with ExitStack() as stack:
        made = []
        for number in range(namespaces):
            space = Namespace(program)
            stack.callback(space.end)
            made.append(space)
            space.set(ip_local_port_range="10000 65000")
            fill(space, sockets // namespaces + (number < sockets % namespaces))
        yield made


def fill(space, sockets):
    # Each process holds as many connections as it may open files, and each has a listener of its own.
    most = min(CONNECTIONS_OF_A_PORT, (file_limit() - 100) // 2)
    connections, port = sockets // 2, 8000
    while connections > 0:
        count = min(connections, most)
        halves = count // 10
        port, connections = port + 1, connections - count
        with space.entered():
            maker = Traffic(space.program)
        space.others.append(maker)
        maker(f"listen 4 {port} 128", f"connect stay 4 {port} {count - halves}")
        if halves:
            maker(f"connect half 4 {port} {halves}", "shutdown half client")


def fill_ports(space, services):
    """Listeners on as many ports, each with two connections, so that each port has its series."""
    for first in range(0, services, 50):
        with space.entered():
            maker = Traffic(space.program)
        space.others.append(maker)
        for port in range(20_000 + first, 20_000 + min(first + 50, services)):
            maker(f"listen 4 {port} 128", f"connect all 4 {port} 2")
