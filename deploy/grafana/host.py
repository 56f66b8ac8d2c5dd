"""*Host or workload*: everything about the connections of what is chosen."""

import host_trouble
import promql
import variables
from model import Dashboard, Panel, Query, Row
from parts import COUNT, DIRECTION, PORT, ROLE, STATE, failures, label, quantiles, single
from promql import HOST


FINDINGS = {
    "Failed handshakes by reason": "ports_used_up handshake_failures",
    "Share of failed handshakes": "handshake_failures",
    "Round trips": "round_trips",
    "CLOSE_WAIT by workload": "close_wait_leak",
}


def dashboard(registry):
    """The dashboard."""
    tcp, whole = promql.of_services(registry), promql.of_hosts(registry)
    count = registry.metric(COUNT)
    return Dashboard(
        "tcplens-host",
        "tcplens: host or workload",
        "The TCP connections of a host, of a workload on it, or of several together.",
        [*variables.common(registry), variables.workload(count.base, registry.resource_label("service.name"))],
        [
            Row("Connections", connections(tcp)),
            Row("Handshakes and round trips", handshakes(tcp)),
            Row("Loss and trouble", host_trouble.trouble(tcp, whole)),
            Row("Listeners", host_trouble.listeners(tcp, whole)),
            Row("Who closes late", closing(tcp)),
            Row("Limits of the host", host_trouble.limits(whole)),
        ],
        FINDINGS | host_trouble.FINDINGS,
    )


def connections(tcp):
    """Stocks and changes of them."""
    state, previous = label(tcp, COUNT, STATE), "{{tcplens_connection_state_previous}}"
    transitions = "tcplens.connection.transitions"
    previous = label(tcp, transitions, "tcplens.connection.state.previous")
    return [
        single(tcp, COUNT, "Connections by state", "What exists now.", state, STATE, width=12, is_stacked=True),
        single(
            tcp,
            transitions,
            "Changes of state",
            "Read 'from → to'. TIME_WAIT has no events: fin_wait_2 → closed is where it begins.",
            f"{previous} → {label(tcp, transitions, STATE)}",
            "tcplens.connection.state.previous",
            STATE,
            width=12,
            is_stacked=True,
        ),
        single(
            tcp,
            "tcplens.connection.io",
            "Data",
            "Bytes, each counted once.",
            f"{label(tcp, 'tcplens.connection.io', DIRECTION)} as {label(tcp, 'tcplens.connection.io', ROLE)}",
            DIRECTION,
            ROLE,
        ),
        single(
            tcp,
            "tcplens.connection.queue.usage",
            "Data that waits",
            "transmit: not yet acknowledged, or not yet sent. receive: not yet read by the program here.",
            label(tcp, "tcplens.connection.queue.usage", DIRECTION),
            DIRECTION,
        ),
        quantiles(
            tcp,
            "tcplens.connection.duration",
            "Life of connections",
            "Of those that ended. Buckets grow by a factor of 8, so only the order of magnitude counts.",
            ROLE,
        ),
    ]


def handshakes(tcp):
    """Whether connections come about, and how fast."""
    name, error = "tcplens.handshakes", label(tcp, "tcplens.handshakes", "error.type")
    role = label(tcp, name, ROLE)
    done, failed = tcp(name, {"error.type": ""}), tcp(name, {"error.type": "!"})
    share = failures(tcp) / tcp(name).rate().sum()
    return [
        Panel(
            "Finished handshakes",
            "New connections, as client and as server.",
            [Query(done.rate().sum(ROLE), role)],
            "cps",
        ),
        Panel(
            "Failed handshakes by reason",
            "refused: nobody listens. reset: the other side gave up. timed_out: no answer. "
            "address_not_available: no port was free.",
            [Query(failed.rate().sum(ROLE, "error.type"), f"{role}: {error}")],
            "cps",
            is_stacked=True,
        ),
        Panel("Share of failed handshakes", "Of all that ended.", [Query(share, "failed")], "percentunit"),
        quantiles(tcp, "tcplens.handshake.duration", "Handshakes", "From the SYN to ESTABLISHED.", ROLE, width=12),
        quantiles(
            tcp,
            "tcplens.rtt",
            "Round trips",
            "By the kernel's own smoothed measure, in use and at the end of connections.",
            width=12,
        ),
    ]


def closing(tcp):
    """In which states connections stay, and whose they are."""
    age, duration = "tcplens.connection.state.age", "tcplens.connection.state.duration"
    service = tcp.registry.resource_label("service.name")
    waiting = tcp(COUNT, {STATE: "close_wait"})
    return [
        Panel(
            "Oldest connection in each state",
            "A line that rises by a minute each minute is a connection that is never closed: in close_wait by the "
            "program here, in fin_wait_2 by the peer.",
            [Query(tcp(age).max(STATE), label(tcp, age, STATE))],
            "s",
            width=12,
        ),
        Panel(
            "Time in a state, p95",
            "Of states that ended. What never ends is only to the left.",
            [Query(tcp.histogram(duration).quantile(0.95, STATE), label(tcp, duration, STATE))],
            "s",
            width=12,
        ),
        Panel(
            "CLOSE_WAIT by workload",
            "Whose program does not close. Without attribution all belong to the host.",
            [Query(waiting.sum(HOST, "service.name").top(), f"{{{{$host_label}}}} {{{{{service}}}}}")],
            "short",
            width=12,
        ),
        Panel(
            "Connections by port",
            "Needs --attributes network.local.port: which of the services here has them.",
            [
                Query(
                    tcp(COUNT, {PORT: "!"}).sum(PORT, STATE).top(),
                    f"{label(tcp, COUNT, PORT)} {label(tcp, COUNT, STATE)}",
                )
            ],
            "short",
            width=12,
        ),
    ]
