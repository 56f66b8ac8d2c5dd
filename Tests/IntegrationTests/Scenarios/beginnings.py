"""Connections that begin in rare ways."""

import errno
import socket
import time

from pairs import PAUSE, black_hole, fails, pair, starting
from sockets import disconnect, filtered, kept, listening, run, set_option, unfiltered


def simultaneous():
    filtered("input", "tcp flags & (syn|ack) == syn drop")
    for here, there in ((7001, 7002), (7002, 7001)):
        client = socket.socket()
        client.bind(("127.0.0.1", here))
        starting(there, client=client)
        # The two ends send their SYNs again at different times.
        time.sleep(0.2)
    unfiltered()
    time.sleep(1.2)
    return {"client": 2, "syn_sent>established": 1, "syn_sent>syn_received": 1, "syn_received>established": 1}


def with_itself():
    client = socket.socket()
    client.bind(("127.0.0.1", 7000))
    client.connect(("127.0.0.1", 7000))
    client.send(b"x" * 10)
    client.recv(10)
    client.close()
    time.sleep(PAUSE)
    return {"client": 1, "syn_sent>syn_received": 1, "syn_received>established": 1, "fin_wait_1>closing": 1,
            "closing>closed": 1, "sent": 10, "received": 10}


def reconnected():
    """One socket makes three connections."""
    client = socket.socket()
    with listening(7000) as listener:
        for _ in range(3):
            client.connect(("127.0.0.1", 7000))
            server = listener.accept()[0]
            kept.append(server)
            client.send(b"x" * 50)
            server.recv(50)
            disconnect(client)
            time.sleep(PAUSE)
    kept.append(client)
    return {"client": 3, "server": 3, "established>closed": 6, "reset_in": 3, "sent": 150, "received": 150}


def refused_then_connected():
    client = socket.socket()
    fails(lambda: client.connect(("127.0.0.1", 7000)), errno.ECONNREFUSED)
    listener = listening(7000)
    client.connect(("127.0.0.1", 7000))
    kept.extend([listener, client])
    return {"client": 1, "server": 1, "refused": 1, "closed>syn_sent": 2, "syn_sent>closed": 1, "reset_in": 1}


def given_up():
    """The program closes its sockets before the kernel gives up."""
    black_hole()
    for _ in range(3):
        starting(80, "192.0.2.1").close()
    return {"_OTHER": 3, "syn_sent>closed": 3}


def listened_again():
    listener = listening(7000, 9)
    for backlog in (3, 0):
        listener.shutdown(socket.SHUT_RD)
        listener.listen(backlog)
    client = socket.create_connection(("127.0.0.1", 7000))
    kept.extend([listener, client, listener.accept()[0]])
    return {"client": 1, "server": 1, "closed>listen": 3, "listen>closed": 2}


def migrated():
    """Eight connections wait for a listener that closes, and another listener accepts them."""
    set_option("tcp_migrate_req", 1)
    listeners = []
    for _ in range(2):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 7000))
        listener.listen(128)
        if not listeners:
            clients = [starting(7000) for _ in range(8)]
        listeners.append(listener)
    listeners[0].close()
    kept.extend(listeners[1].accept()[0] for _ in clients)
    kept.append(listeners[1])
    return {"client": 8, "server": 8, "listen>closed": 1, "established>closed": 0}


def port_of_time_wait():
    """The kernel gives a client a port whose last connection is in TIME_WAIT."""
    set_option("tcp_tw_reuse", 1)
    set_option("ip_local_port_range", "40000 40000")
    with listening(7000) as listener:
        for _ in range(2):
            client = socket.create_connection(("127.0.0.1", 7000))
            server = listener.accept()[0]
            client.close()
            time.sleep(PAUSE)
            server.close()
            time.sleep(1.1)
    return {"client": 2, "server": 2, "fin_wait_2>closed": 2, "last_ack>closed": 2}


def syn_in_time_wait():
    """The client's next SYN ends the TIME_WAIT of the server."""
    with listening(7000) as listener:
        for _ in range(3):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            client.bind(("127.0.0.1", 40000))
            client.connect(("127.0.0.1", 7000))
            server = listener.accept()[0]
            server.close()
            time.sleep(PAUSE)
            client.close()
            time.sleep(PAUSE)
    return {"client": 3, "server": 3, "fin_wait_2>closed": 3, "last_ack>closed": 3}


def few_buckets():
    set_option("tcp_max_tw_buckets", 2)
    for _ in range(12):
        client, server = pair()
        client.close()
        time.sleep(0.01)
        server.close()
    time.sleep(PAUSE)
    return {"client": 12, "server": 12, "fin_wait_2>closed": 12, "last_ack>closed": 12, "reset_in": 10}


def outermost_ports():
    for port in (1, 65535):
        listener = listening(port)
        client = socket.create_connection(("127.0.0.1", port))
        kept.extend([listener, client, listener.accept()[0]])
    return {"client": 2, "server": 2}


def link_local():
    run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb")
    run("ip", "address", "add", "fe80::1/64", "dev", "va", "nodad")
    run("ip", "link", "set", "va", "up")
    run("ip", "link", "set", "vb", "up")
    address = ("fe80::1", 7000, 0, socket.if_nametoindex("va"))
    listener = socket.socket(socket.AF_INET6)
    listener.bind(address)
    listener.listen()
    client = socket.socket(socket.AF_INET6)
    client.connect(address)
    server = listener.accept()[0]
    client.send(b"x" * 10)
    server.recv(10)
    kept.extend([listener, client, server])
    return {"client": 1, "server": 1, "sent": 10, "received": 10}


def no_way():
    """connect() fails before the socket changes its state."""
    kinds = ("unreachable", "198.18.0.0/24"), ("prohibit", "198.18.1.0/24"), ("blackhole", "198.18.2.0/24")
    for kind, network in kinds:
        run("ip", "route", "add", kind, network)
    for host in ("198.18.0.1", "198.18.1.1", "198.18.2.1", "203.0.113.1"):
        client = socket.socket()
        fails(lambda: client.connect((host, 80)), errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL, errno.ENETUNREACH)
        kept.append(client)
    return {"closed>syn_sent": 0, "syn_sent>closed": 0}
