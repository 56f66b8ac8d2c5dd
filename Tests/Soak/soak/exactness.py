"""Whether the agent's numbers are those of `ss` and of the generator, when nothing changes."""

import collections
import time

# As `ss` calls them, and as OpenTelemetry does.
STATES = {"ESTAB": "established", "TIME-WAIT": "time_wait", "LISTEN": "listen", "CLOSE-WAIT": "close_wait",
          "SYN-SENT": "syn_sent", "SYN-RECV": "syn_received", "FIN-WAIT-1": "fin_wait_1", "FIN-WAIT-2": "fin_wait_2",
          "LAST-ACK": "last_ack", "CLOSING": "closing"}

HANDSHAKES = "tcplens_handshakes_total"
# Events that were never counted. Those that the kernel did not show (`unseen`), or whose program was interrupted
# (`recursion`), are counted later, by the next pass: counters are late, but exact.
UNCOUNTED = ("map_full", "allocation")


def losses(page):
    """How many events were lost, by reason."""
    return page.by("tcplens_lost_events_total", "tcplens_loss_reason")


def wrong_losses(page):
    """A text for each loss that makes counters wrong, and for each state in which flows and stocks disagree."""
    found = [f"lost events, {reason}: {count:.0f}" for reason, count in losses(page).items()
             if reason in UNCOUNTED and count]
    drifts = page.by("tcplens_stock_drift", "network_connection_state")
    return found + [f"drift, {state}: {count:.0f}" for state, count in drifts.items() if count]


def late(page):
    """What is said of events that were counted late; nothing if there are none."""
    counts = {reason: count for reason, count in losses(page).items() if reason not in UNCOUNTED and count}
    return "".join(f", {count:.0f} events counted late ({reason})" for reason, count in counts.items())


def sockets(namespace):
    """How many sockets `ss` finds in each state."""
    words = (line.split(None, 1)[0] for line in namespace.run("ss", "-Htan").splitlines())
    return {STATES[word]: count for word, count in collections.Counter(words).items()}


def differences(namespace, agent, made, attempts=20):
    """What the agent's page says differently from `ss` and from the generator; a text for each, none if it is exact.

    Sockets in TIME_WAIT end all the time, so there `ss` is asked before and after, and the agent must be in between.
    The agent's counters follow within a collection, so it is asked again until it agrees. Returned is also what is said
    of events that were counted late, which this machine's kernel may cause and which is no fault. If `made` is None, the
    counters began again, and only what there is now is compared.
    """
    found, page = [], None
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
        # The scrape itself is a connection as well, which was there before the page was made.
        handshakes = page.sum(HANDSHAKES, tcplens_connection_role="server", error_type="")
        if made is not None and handshakes != made + agent.scrapes:
            found.append(f"server's handshakes: {handshakes:.0f}, made {made} and {agent.scrapes} scrapes")
        found += wrong_losses(page)
        if not found:
            break
    return found, late(page)
