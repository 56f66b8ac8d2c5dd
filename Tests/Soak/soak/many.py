"""Many sockets at once, in two states."""

import argparse
import contextlib
import resource
import sys
import tempfile
import threading
import time

from tcplens_demo import programs
from tcplens_demo.bpf import measuring_programs
from tcplens_demo.namespaces import Namespace
from tcplens_demo.processes import Failed

from . import exactness
from .agent import Agent
from .generator import Traffic, build
from .samples import PASS

# Beyond half of the ports that a client may have, the kernel searches long for one that is free.
CONNECTIONS_OF_A_PORT = 25_000
# Of three connections of `churn` one is reset, and leaves nothing.
LEFT_OF_CHURN = 2 / 3
# A socket stays in TIME_WAIT for a minute; all must get there in less.
PROCESSES = 4


def establish(namespace, program, sockets, stack):
    """Connections with both ends here."""
    # Each process has both ends of its connections, and an open file for each.
    most = min(CONNECTIONS_OF_A_PORT, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 100) // 2)
    connections, port = sockets // 2, 8000
    while connections > 0:
        count = min(connections, most)
        maker = Traffic(namespace, program)
        stack.callback(maker.close)
        maker.say(f"listen 4 {port} 128")
        maker.say(f"connect stay 4 {port} {count}")
        port, connections = port + 1, connections - count


def leave(namespace, program, sockets):
    """Connections that end, of which one socket each stays in TIME_WAIT."""
    ports = round(1.1 * sockets / LEFT_OF_CHURN / CONNECTIONS_OF_A_PORT / PROCESSES + 0.5)

    def work(number):
        maker = Traffic(namespace, program)
        for port in range(8000 + number * ports, 8000 + (number + 1) * ports):
            maker.say(f"listen 4 {port} 128")
            maker.say(f"churn 4 {port} {CONNECTIONS_OF_A_PORT}")
        maker.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def compare(what, state, namespace, agent):
    """Prints what `ss` and the agent say. Returns whether they agree."""
    for _ in range(10):
        before = exactness.sockets(namespace)[state]
        page = agent.scrape()
        time.sleep(1.2)
        start, page = page.by("tcplens_bpf_program_time_seconds_total", "tcplens_bpf_program"), agent.scrape()
        walked = page.by("tcplens_bpf_program_time_seconds_total", "tcplens_bpf_program")[PASS] - start[PASS]
        after = exactness.sockets(namespace)[state]
        mine = page.sum("system_network_connection_count", network_connection_state=state)
        low, high = sorted((before, after))
        unfollowed = page.sum("tcplens_connection_unfollowed")
        wrong = exactness.wrong_losses(page) + ([f"{unfollowed:.0f} not followed"] if unfollowed else [])
        # The agent's own connections come and go between the two.
        agree = low - 8 <= mine <= high + 8 and not wrong
        if agree:
            break
    print(f"{what}: agent {mine:,.0f}, ss {low:,} to {high:,}" + "".join(f"; {word}" for word in wrong)
          + exactness.late(page) + f"; passes took {walked * 1e3:.0f} ms in 1.2 s", flush=True)
    return agree


def main():
    parser = argparse.ArgumentParser(description="Compares the agent with ss over many sockets.", prog="many")
    parser.add_argument("--sockets", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        namespace = stack.enter_context(Namespace("many"))
        namespace.set(tcp_max_tw_buckets=4_000_000, ip_local_port_range="10000 65000")
        measuring_programs()
        agent = Agent(namespace, ["--connection-limit", str(chosen.sockets * 11 // 10)])
        stack.callback(agent.stop)
        program = build(folder)
        with contextlib.ExitStack() as makers:
            establish(namespace, program, chosen.sockets, makers)
            exact = compare("established", "established", namespace, agent)
        leave(namespace, program, chosen.sockets)
        exact &= compare("TIME_WAIT", "time_wait", namespace, agent)
    return 0 if exact else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, programs.Missing, OSError) as error:
        sys.exit(f"many: {error}")
