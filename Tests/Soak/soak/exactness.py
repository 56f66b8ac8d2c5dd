"""Whether the agent's numbers are those of `ss` and of the generator, when nothing changes."""

import collections
import time

# As `ss` calls them, and as OpenTelemetry does.
STATES = {"ESTAB": "established", "TIME-WAIT": "time_wait", "LISTEN": "listen", "CLOSE-WAIT": "close_wait",
          "SYN-SENT": "syn_sent", "SYN-RECV": "syn_received", "FIN-WAIT-1": "fin_wait_1", "FIN-WAIT-2": "fin_wait_2",
          "LAST-ACK": "last_ack", "CLOSING": "closing"}


def sockets(namespace):
    """How many sockets `ss` finds in each state."""
    words = (line.split(None, 1)[0] for line in namespace.run("ss", "-Htan").splitlines())
    return {STATES[word]: count for word, count in collections.Counter(words).items()}


def differences(namespace, agent, made, attempts=20):
    """What the agent's page says differently from `ss` and from the generator; a text for each, none if it is exact.

    Sockets in TIME_WAIT end all the time, so there `ss` is asked before and after, and the agent must be in between.
    The agent's counters follow within a collection, so it is asked again until it agrees.
    """
    found = []
    for _ in range(attempts):
        before = sockets(namespace)
        time.sleep(1.5)
        page = agent.scrape()
        time.sleep(1.1)
        after = sockets(namespace)
        mine = page.by("system_network_connection_count", "network_connection_state")
        found = []
        for state in STATES.values():
            low, high = sorted((before.get(state, 0), after.get(state, 0)))
            # The scrape opens and closes connections of its own.
            slack = 8 if state in ("established", "time_wait", "close_wait", "fin_wait_2") else 0
            if not low - slack <= mine.get(state, 0) <= high + slack:
                found.append(f"{state}: {mine.get(state, 0):.0f}, ss {low} to {high}")
        return_of = page.sum("tcplens_handshakes_total", tcplens_connection_role="server", error_type="")
        scrapes = page.sum("tcplens_handshakes_total", tcplens_connection_role="server") - made
        if not 0 <= return_of - made <= scrapes + 64:
            found.append(f"server's handshakes: {return_of:.0f}, made {made}")
        if not found:
            break
    return found
