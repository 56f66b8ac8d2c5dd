"""*Fleet*: which hosts stand out."""

import promql
import variables
from model import Dashboard, Panel, Query, Row, unit_of
from parts import COUNT, ON_HOST, STATE, failures, in_state, retransmit_share, saturation, time_wait_share
from promql import HOST

# The states in which connections pile up when something is wrong, and what each means; the others are in a closed row.
WATCHED = {
    "time_wait": "Connections that this side closed first. Near the limit, or towards one destination near the number "
    "of ports, new ones fail.",
    "close_wait": "The peer has closed, and the program here has not. More and more of them are a leak in the program.",
    "syn_received": "Half-open connections. Many of them are a SYN flood, or clients whose last ACK is lost.",
    "established": "Open connections: how load is spread over the hosts.",
}


FINDINGS = {
    "Retransmit share, all hosts": "loss",
    "TIME_WAIT": "time_wait_ports",
    "CLOSE_WAIT": "close_wait_leak",
    "Retransmit share": "loss",
    "Accept queue": "accept_queue_full",
    "SYN queue": "half_open",
    "TIME_WAIT of the limit": "time_wait_limit",
    "Failed handshakes": "handshake_failures",
    "Stalled by a zero window": "zero_window",
}


def dashboard(registry):
    """The dashboard."""
    tcp = promql.of_hosts(registry)
    states = registry.metric(COUNT).attribute(STATE).values
    return Dashboard(
        "tcplens-fleet",
        "tcplens: fleet",
        "TCP connections of all hosts: which of them stand out, and by what.",
        variables.common(registry),
        [
            Row("Now", [*totals(tcp), worst(tcp)]),
            Row("States by host", [heat(tcp, state, text) for state, text in WATCHED.items()]),
            Row("Worst hosts", leaders(tcp)),
            Row(
                "Other states by host",
                [
                    heat(tcp, state, "How many connections are in this state.")
                    for state in states
                    if state not in WATCHED
                ],
                is_collapsed=True,
            ),
        ],
        FINDINGS,
    )


def totals(tcp):
    """Single numbers of the whole fleet."""

    def total(title, text, expression, unit):
        return Panel(title, text, [Query(expression, title)], unit, "stat", 6, 4)

    hosts = promql.Expression(f"count({in_state(tcp, 'established')})", tcp(COUNT).metrics)
    return [
        total("Hosts that report", "Now.", hosts, "short"),
        total("Connections", "All connections, in all states.", tcp(COUNT).sum(), "short"),
        total(
            "Retransmit share, all hosts",
            "Segments, of all hosts together.",
            retransmit_share(tcp),
            "percentunit",
        ),
        total(
            "Failed handshakes, all hosts", "Of all hosts together, as clients and as servers.", failures(tcp), "cps"
        ),
    ]


def worst(tcp):
    """All hosts with what may be wrong, to sort by any column."""
    finding = tcp.registry.finding
    columns = [
        Query(in_state(tcp, "close_wait"), "", column="CLOSE_WAIT", finding=finding("close_wait_leak")),
        Query(in_state(tcp, "time_wait"), "", column="TIME_WAIT"),
        Query(time_wait_share(tcp, HOST), "", "percentunit", "TIME_WAIT of limit", finding=finding("time_wait_limit")),
        Query(in_state(tcp, "syn_received"), "", column="SYN_RECV"),
        Query(in_state(tcp, "established"), "", column="ESTABLISHED"),
        Query(retransmit_share(tcp, HOST), "", "percentunit", "Retransmit share", finding=finding("loss")),
        Query(saturation(tcp, "accept_queue", HOST), "", "percentunit", "Accept queue"),
        Query(saturation(tcp, "syn_queue", HOST), "", "percentunit", "SYN queue", finding=finding("half_open")),
        Query(failures(tcp, HOST), "", "cps", "Failed handshakes", finding=finding("handshake_failures")),
        Query(tcp("tcplens.connection.stalled").sum(HOST), "", column="Stalled", finding=finding("zero_window")),
    ]
    text = "One line for each host. A click on a column sorts by it; a click on a host leads to its own dashboard."
    return Panel("Hosts", text, columns, "short", "table", 24, 10)


def heat(tcp, state, text):
    """One state over time: a line of cells for each host."""
    title = f"{state.upper()} by host"
    query = Query(in_state(tcp, state), ON_HOST)
    return Panel(title, text, [query], unit_of(tcp.registry.metric(COUNT)), "heatmap", 12, 7)


def leaders(tcp):
    """The ten worst hosts at each moment."""

    def leader(title, text, expression, unit, maximum=None):
        return Panel(title, text, [Query(expression.top(), ON_HOST)], unit, maximum=maximum)

    queues = "1 means full. The fullest of all listeners of the host."
    return [
        leader("TIME_WAIT", WATCHED["time_wait"], in_state(tcp, "time_wait"), "short"),
        leader("CLOSE_WAIT", WATCHED["close_wait"], in_state(tcp, "close_wait"), "short"),
        leader("SYN_RECV", WATCHED["syn_received"], in_state(tcp, "syn_received"), "short"),
        leader(
            "Retransmit share",
            "Above one in a hundred, requests begin to wait for retransmits.",
            retransmit_share(tcp, HOST),
            "percentunit",
        ),
        leader("Accept queue", queues, saturation(tcp, "accept_queue", HOST), "percentunit"),
        leader("SYN queue", queues, saturation(tcp, "syn_queue", HOST), "percentunit"),
        leader(
            "TIME_WAIT of the limit",
            "At the limit the kernel closes connections without TIME_WAIT.",
            time_wait_share(tcp, HOST),
            "percentunit",
        ),
        leader("Failed handshakes", "As clients and as servers.", failures(tcp, HOST), "cps"),
        leader(
            "Stalled by a zero window",
            "A program, here or at the peer, does not read.",
            tcp("tcplens.connection.stalled").sum(HOST),
            "short",
        ),
    ]
