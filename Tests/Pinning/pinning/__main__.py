"""The command line."""

import argparse
import contextlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

from soak.generator import Churn, build
from tcplens_demo import programs
from tcplens_demo.namespaces import Namespace
from tcplens_demo.processes import Failed, Running, eventually

from .receiver import Receiver
from .requests import KEPT, Requests

PINS = "/sys/fs/bpf/tcplens-test"
RATE = 20_000


def options():
    parser = argparse.ArgumentParser(description="Kills and replaces agents that pin their counters.", prog="run")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--upgrades", type=int, default=20)
    parser.add_argument("--rate", type=int, default=RATE, help="connections a second (default: 20000)")
    parser.add_argument("--attribution", default="none", choices=["none", "workload"])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def programs_of_bpf():
    """The numbers of the programs in the kernel that an agent has."""
    lines = subprocess.run(["bpftool", "prog", "show"], capture_output=True, text=True, check=True).stdout
    return {line.split(":")[0] for line in lines.splitlines() if " name follow_connecti" in line}


def agent(namespace, program, receiver, chosen):
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"unix://{receiver.path}"}
    command = [program, "run", "--pin", PINS, "--interval", "200ms", "--attribution", chosen.attribution]
    return Running(namespace, command, environment, name="tcplens")


def wait(running, receiver, exports=2):
    """Until an agent has exported so often."""
    wanted = receiver.exports + exports
    running.ready(lambda: receiver.exports >= wanted, seconds=60)


def interrupt(running, number, choice):
    """Ends an agent by a signal at a moment by chance: while it starts, collects or exports."""
    time.sleep(choice.choice([choice.uniform(0, 0.1), choice.uniform(0, 0.6), choice.uniform(0, 2)]))
    running.send(number)
    eventually("the agent to end", lambda: not running.is_running)


class Load:
    """All connections."""

    def __init__(self, namespace, program, rate):
        self.churn, self.requests = Churn(namespace, program, rate), Requests(namespace, program)

    def resume(self):
        self.churn.resume()
        self.requests.resume()

    def pause(self):
        self.churn.pause()
        self.requests.pause()

    @property
    def opened(self):
        return self.churn.made + self.requests.opened

    def close(self):
        self.churn.close()
        self.requests.close()


def differences(receiver, load, ended):
    """What the agents say differently from what was done, a text for each."""
    def handshakes(role):
        return receiver.sum("tcplens.handshakes", tcplens_connection_role=role, error_type=None)

    def bytes_of(direction, role):
        return receiver.sum("tcplens.connection.io", network_io_direction=direction, tcplens_connection_role=role)

    made, requests = load.opened, load.requests
    compared = {
        "handshakes of clients": (handshakes("client"), made),
        "handshakes of servers": (handshakes("server"), made),
        "transitions to established": (
            receiver.sum("tcplens.connection.transitions", network_connection_state="established"), 2 * made),
        "ends of connections": (receiver.sum("tcplens.connection.duration"), 2 * ended),
        "bytes from clients": (bytes_of("transmit", "client"), requests.client_bytes),
        "bytes to servers": (bytes_of("receive", "server"), requests.client_bytes),
        "bytes from servers": (bytes_of("transmit", "server"), requests.server_bytes),
        "bytes to clients": (bytes_of("receive", "client"), requests.server_bytes),
    }
    return [f"{what}: {found:.0f}, not {right}" for what, (found, right) in compared.items() if found != right]


def settled(receiver, load, ended):
    """Waits until the numbers are those of the load: what was done last is counted with the next export."""
    found = []

    def check():
        found[:] = differences(receiver, load, ended)
        return not found

    with contextlib.suppress(Failed):
        eventually("exact numbers", check, seconds=20)
    return found


def report(what, load, receiver, found):
    # The kernel does not run a program for an event that interrupts this program. If such an event ends a connection, a
    # later pass finds that it has ended, but not when.
    lost = receiver.highest("tcplens.lost_events", "tcplens.loss.reason")
    said = "".join(f", {count:.0f} lost events ({reason})" for reason, count in lost.items() if count)
    print(f"{what}, {load.opened:,} connections: " + ("; ".join(found[:5]) or "exact") + said, flush=True)


def act(namespace, load, receiver, chosen, choice):
    """Kills and replaces. Returns what went wrong."""
    builds = [programs.tcplens(), os.environ.get("OTHER_TCPLENS")]
    if chosen.upgrades and not builds[1]:
        raise Failed("no second build; set OTHER_TCPLENS to its path")
    running = agent(namespace, builds[0], receiver, chosen)
    wait(running, receiver)
    load.requests.open()
    load.resume()
    for number in range(chosen.kills):
        interrupt(running, signal.SIGKILL, choice)
        running = agent(namespace, builds[0], receiver, chosen)
        if number % 10 == 9:
            wait(running, receiver)
            print(f"{number + 1} kills, {receiver.exports} exports", flush=True)
    wait(running, receiver)
    load.pause()
    found = settled(receiver, load, load.opened - KEPT) + receiver.faults
    report(f"{chosen.kills} kills", load, receiver, found)
    load.resume()
    for number in range(chosen.upgrades):
        # Some are killed in the middle of taking over.
        interrupt(running, choice.choice([signal.SIGKILL, signal.SIGTERM]), choice)
        running = agent(namespace, builds[(number + 1) % 2], receiver, chosen)
        if number % 4:
            wait(running, receiver)
        if number % 3 == 0:
            # What was taken over has to outlive the agent that did it.
            interrupt(running, signal.SIGKILL, choice)
            running = agent(namespace, builds[(number + 1) % 2], receiver, chosen)
    wait(running, receiver)
    load.pause()
    load.requests.finish()
    found += settled(receiver, load, load.opened) + [fault for fault in receiver.faults if fault not in found]
    report(f"{chosen.upgrades} upgrades", load, receiver, found)
    print(f"start times: {len(receiver.starts)}")
    running.send(signal.SIGTERM)
    eventually("the agent to end", lambda: not running.is_running)
    if found:
        print(running.output[-3000:], file=sys.stderr)
    return found


def main():
    chosen = options()
    choice = random.Random(chosen.seed)
    before = programs_of_bpf()
    print(f"seed {chosen.seed}", flush=True)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        namespace = stack.enter_context(Namespace("pinning"))
        namespace.set(tcp_max_tw_buckets=200_000, ip_local_port_range="10000 65000")
        stack.callback(subprocess.run, [programs.tcplens(), "unpin", PINS], check=False)
        receiver = Receiver(pathlib.Path(folder, "otlp"))
        stack.callback(receiver.close)
        load = Load(namespace, build(folder), chosen.rate)
        stack.callback(load.close)
        found = act(namespace, load, receiver, chosen, choice)
    left = pathlib.Path(PINS).exists()
    eventually("programs to be gone", lambda: not programs_of_bpf() - before, seconds=20)
    if left:
        found.append(f"{PINS} is still there")
    for fault in found[:20]:
        print(f"FAILED: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, programs.Missing, OSError) as error:
        sys.exit(f"pinning: {error}")
