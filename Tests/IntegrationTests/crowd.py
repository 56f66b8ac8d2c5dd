"""Many short connections over a veth pair, whose segments interrupt the programs of both ends on all processors.

Usage: crowd.py SECONDS     in a network namespace of its own, where the clients are

The servers are in another namespace. It prints the process of that namespace, waits for a line, and then makes
connections for SECONDS. It prints how many there were and how many were refused, and ends when its input ends.
"""

import os
import subprocess
import sys
import time

SERVER = """
import os, socket, sys, threading
count = 0
listener = socket.create_server(("10.5.0.2", int(sys.argv[1])), backlog=4096)
def serve():
    global count
    while True:
        listener.accept()[0].close()
        count += 1
threading.Thread(target=serve, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
print(count, flush=True)
os._exit(0)
"""

CLIENT = """
import socket, sys, time
made, refused, end = 0, 0, time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    clients = [socket.socket() for _ in range(64)]
    for number, client in enumerate(clients):
        client.setblocking(False)
        # One of four attempts goes to a port without a listener.
        client.connect_ex(("10.5.0.2", 9 if number % 4 == 3 else int(sys.argv[1])))
    for client in clients:
        client.setblocking(True)
        try:
            assert client.recv(1) == b""
            made += 1
        except ConnectionRefusedError:
            refused += 1
        client.close()
print(made, refused, flush=True)
"""

PORTS = range(7001, 7005)


def run(*command):
    subprocess.run(command, check=True)


def program(*command):
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


peer = program("unshare", "--net", "sh", "-c", "echo ready; read -r line")
peer.stdout.readline()
inside = ["nsenter", f"--net=/proc/{peer.pid}/ns/net"]
run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb", "netns", str(peer.pid))
for enter, device, address in (([], "va", "10.5.0.1/24"), (inside, "vb", "10.5.0.2/24")):
    run(*enter, "ip", "address", "add", address, "dev", device)
    run(*enter, "ip", "link", "set", device, "up")
    # Processors pass segments on to each other, and so interrupt each other. /sys has the devices of its own mount.
    steering = f"/sys/class/net/{device}/queues/rx-0/rps_cpus"
    mask = (1 << os.cpu_count()) - 1
    run(*enter, "unshare", "--mount", "sh", "-c", f"mount -t sysfs sysfs /sys && echo {mask:x} > {steering}")
    # TIME_WAIT would use up the ports.
    run(*enter, "sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=1000")
    run(*enter, "sysctl", "-qw", "net.ipv4.ip_local_port_range=10000 65000")
print(peer.pid, flush=True)
sys.stdin.readline()
servers = [program(*inside, sys.executable, "-c", SERVER, str(port)) for port in PORTS]
for server in servers:
    server.stdout.readline()
clients = [program(sys.executable, "-c", CLIENT, str(port), sys.argv[1]) for port in PORTS]
made, refused = (sum(numbers) for numbers in zip(*(map(int, client.communicate()[0].split()) for client in clients)))
# Time for the last segments.
time.sleep(0.3)
served = sum(int(server.communicate()[0]) for server in servers)
assert made == served, (made, served)
print(made, refused, flush=True)
sys.stdin.read()
peer.communicate()
