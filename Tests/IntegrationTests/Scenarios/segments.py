"""States, bytes and segments: data that is lost and sent again, or that waits."""

import contextlib
import random
import socket
import subprocess
import sys
import threading
import time

from sockets import connected, cut, filtered, kept, listening, run, unfiltered, wait_for_end


def shut_then_closed():
    with listening(7000) as listener:
        for _ in range(3):
            client = connected(7000)
            server = listener.accept()[0]
            client.shutdown(socket.SHUT_WR)
            time.sleep(0.05)
            client.close()
            time.sleep(0.05)
            server.close()
    return {}


def transfer(size, hook, rule):
    """Sends `size` bytes over a veth pair, while a qdisc or a rule drops some of the segments."""
    peer = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo ready; exec sleep 60"], stdout=subprocess.PIPE)
    # Until it has its own namespace.
    peer.stdout.readline()
    inside = ["nsenter", f"--net=/proc/{peer.pid}/ns/net"]
    run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb", "netns", str(peer.pid))
    run("ip", "address", "add", "10.5.0.1/24", "dev", "va")
    run("ip", "link", "set", "va", "up")
    run(*inside, "ip", "address", "add", "10.5.0.2/24", "dev", "vb")
    run(*inside, "ip", "link", "set", "vb", "up")
    if hook == "qdisc":
        run("tc", "qdisc", "add", "dev", "va", "root", *rule.split())
    else:
        filtered(hook, rule)
    receiver = subprocess.Popen([*inside, sys.executable, "-c", """
import socket
listener = socket.create_server(("10.5.0.2", 7000))
print("ready", flush=True)
server = listener.accept()[0]
count = 0
while piece := server.recv(1 << 20):
    count += len(piece)
print(count)
"""], stdout=subprocess.PIPE, text=True)
    try:
        receiver.stdout.readline()
        client = socket.create_connection(("10.5.0.2", 7000))
        client.sendall(b"w" * size)
        client.shutdown(socket.SHUT_WR)
        received = int(receiver.stdout.readline())
        client.recv(1)
        client.close()
        time.sleep(0.2)
    finally:
        # Otherwise a failure would leave them behind, with our standard error open, and the test would wait for ever.
        receiver.kill()
        peer.kill()
    return {"sent": received}


def shaped():
    return transfer(5_000_000, "qdisc", "tbf rate 20mbit burst 16k limit 30k")


def dropped_here():
    return transfer(3_000_000, "output", "tcp dport 7000 numgen random mod 100 < 5 drop")


def rejected_here():
    # Not the SYN: connect() would fail.
    return transfer(300_000, "output", "tcp dport 7000 tcp flags & (syn) == 0 numgen random mod 100 < 5 reject")


def dropped_there():
    return transfer(2_000_000, "input", "tcp sport 7000 numgen random mod 100 < 5 drop")


def losses():
    """Losses in the middle and at the end, and of everything for a while, so that the kernel recovers in each way."""
    random.seed(1)
    listener = listening(7000)
    client = connected(7000)
    server = listener.accept()[0]
    threading.Thread(target=lambda: [0 for _ in iter(lambda: len(server.recv(65536)), 0)]).start()
    filtered("input", "tcp dport 7000 tcp flags & (syn|fin) == 0 numgen random mod 100 < 5 drop")
    for _ in range(250):
        client.send(b"r" * 20000)
        time.sleep(0.002)
    time.sleep(1)
    unfiltered()
    # Only the last segment is lost, which a tail loss probe finds.
    for _ in range(3):
        filtered("input", "tcp dport 7000 tcp flags & (psh) != 0 drop")
        client.send(b"t" * 100)
        time.sleep(0.003)
        unfiltered()
        time.sleep(0.5)
    # All segments are lost until the timer expires. Then many have to be sent again.
    filtered("input", "tcp dport 7000 drop")
    for _ in range(8):
        client.send(b"o" * 50000)
        time.sleep(0.01)
    time.sleep(0.4)
    unfiltered()
    time.sleep(2)
    client.close()
    server.close()
    time.sleep(0.3)
    return {}


def stuck():
    """Four servers do not read what their clients have sent."""
    listener = listening(7000)
    for _ in range(4):
        client = connected(7000)
        server = listener.accept()[0]
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                client.send(b"z" * 65536)
        kept.extend([client, server])
    # One connection without waiting data.
    kept.extend([connected(7000), listener.accept()[0]])
    wait_for_end()
    cut(*kept)
    return {}


def left_behind():
    """A server has stopped, and its connections are in TIME_WAIT."""
    with listening(8080) as listener:
        for _ in range(100):
            client = connected(8080)
            server = listener.accept()[0]
            server.close()
            client.close()
    return {}
