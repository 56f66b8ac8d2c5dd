"""The rows of *Host or workload* about trouble, listeners and limits."""

from model import Panel, Query
from parts import COUNT, DIRECTION, ON_HOST, PORT, STATE, label, quantiles, retransmit_share, saturation, single
from parts import time_wait_share
from promql import HOST

ABOVE = " The kernel counts this for a whole host or network namespace, so the workload has no effect here."


FINDINGS = {
    "Retransmit share": "loss",
    "Stalled by a zero window": "zero_window",
    "Zero windows": "zero_window",
    "SYN cookies": "syn_flood",
    "Accept queues, share of limit": "accept_queue_full",
    "Listeners with a full accept queue": "accept_queue_full",
    "SYN queues, share of limit": "half_open",
    "Answers": "slow_answers",
    "TIME_WAIT and its limit": "time_wait_limit",
    "Memory of TCP": "memory_pressure",
    "TIME_WAIT of the ports": "time_wait_ports",
    "Ports in use, by the port of the peer": "ports_used_up",
}


def trouble(tcp, whole):
    """What the network or the peers do wrong."""
    retransmits, resets = "tcplens.retransmits", "tcplens.resets"
    kind = "tcplens.retransmit.type"
    return [
        single(
            tcp,
            retransmits,
            "Retransmits by type",
            "syn and syn_ack: handshakes. fast and tail_loss_probe: single losses. timeout: nothing came back at all.",
            label(tcp, retransmits, kind),
            kind,
            is_stacked=True,
        ),
        Panel(
            "Retransmit share",
            "Of all segments sent." + ABOVE,
            [Query(retransmit_share(whole), "retransmits")],
            "percentunit",
        ),
        single(
            whole,
            "tcplens.segments",
            "Segments",
            "Without those sent again." + ABOVE,
            label(whole, "tcplens.segments", DIRECTION),
            DIRECTION,
        ),
        single(tcp, resets, "Resets", "Connections that were cut off.", label(tcp, resets, DIRECTION), DIRECTION),
        single(
            tcp,
            "tcplens.connection.stalled",
            "Stalled by a zero window",
            "receive: the program here does not read. transmit: the peer's does not.",
            label(tcp, "tcplens.connection.stalled", DIRECTION),
            DIRECTION,
        ),
        single(
            whole,
            "tcplens.zero_windows",
            "Zero windows",
            "transmit: windows that we closed. receive: probes of one that the peer closed." + ABOVE,
            label(whole, "tcplens.zero_windows", DIRECTION),
            DIRECTION,
        ),
        single(
            whole,
            "tcplens.aborts",
            "Aborts by reason",
            "data: closed although data had arrived. timeout: the peer no longer answers." + ABOVE,
            label(whole, "tcplens.aborts", "tcplens.abort.reason"),
            "tcplens.abort.reason",
        ),
        single(
            whole,
            "tcplens.receive.drops",
            "Dropped for lack of room",
            "Segments that arrived, and had to be sent again." + ABOVE,
            label(whole, "tcplens.receive.drops", "tcplens.drop.reason"),
            "tcplens.drop.reason",
        ),
        single(
            whole,
            "tcplens.syn_cookies",
            "SYN cookies",
            "sent: the SYN queue is full, which is a flood or a limit that is too low." + ABOVE,
            label(whole, "tcplens.syn_cookies", "tcplens.syn_cookie.result"),
            "tcplens.syn_cookie.result",
        ),
    ]


def listeners(tcp, whole):
    """Queues of listeners, by port."""
    accept, syn, drops = "tcplens.listener.accept_queue", "tcplens.listener.syn_queue", "tcplens.listener.drops"
    port = label(tcp, drops, PORT)
    answers = "tcplens.response.duration"
    return [
        Panel(
            "Accept queues",
            "Connections that wait until the program accepts them, and how many may.",
            [
                Query(tcp(f"{accept}.usage").sum(PORT), port),
                Query(tcp(f"{accept}.limit").sum(PORT), f"limit of {port}"),
            ],
            "short",
        ),
        Panel(
            "Accept queues, share of limit",
            "1 means full. Where workers share a port (SO_REUSEPORT) this is all of them together.",
            [Query(saturation(tcp, "accept_queue", PORT), port)],
            "percentunit",
        ),
        single(tcp, f"{accept}.full", "Listeners with a full accept queue", "Each worker counts.", port, PORT),
        Panel(
            "SYN queues",
            "Handshakes that are not finished, and how many may be.",
            [Query(tcp(f"{syn}.usage").sum(PORT), port), Query(tcp(f"{syn}.limit").sum(PORT), f"limit of {port}")],
            "short",
        ),
        Panel(
            "SYN queues, share of limit",
            "1 means full. Then SYN cookies are sent, or new clients are dropped.",
            [Query(saturation(tcp, "syn_queue", PORT), port)],
            "percentunit",
        ),
        single(
            tcp, drops, "Dropped by listeners", "Segments that would have begun or finished a connection.", port, PORT
        ),
        single(
            whole,
            "tcplens.listener.overflows",
            "Segments at full accept queues",
            "One attempt to connect may cause several." + ABOVE,
            "overflows",
        ),
        quantiles(
            tcp, answers, "Answers", "From reading a request to writing the first bytes of the answer.", PORT, width=16
        ),
    ]


def limits(whole):
    """What the host has of, and how much is used."""
    peer = "network.peer.port"
    ports = whole("tcplens.ephemeral_port.limit").sum(HOST)
    used = whole(COUNT, {peer: "!"}).sum(HOST, peer)
    return [
        Panel(
            "TIME_WAIT and its limit",
            "At the limit the kernel closes connections without TIME_WAIT.",
            [
                Query(whole(COUNT, {STATE: "time_wait"}).sum(HOST), ON_HOST),
                Query(whole("tcplens.time_wait.limit").sum(HOST), "limit of {{$host_label}}"),
                Query(time_wait_share(whole, HOST), "share of {{$host_label}}", "percentunit", axis="share"),
            ],
            "short",
        ),
        single(
            whole, "tcplens.time_wait.overflows", "No room in TIME_WAIT", "Connections closed at once.", ON_HOST, HOST
        ),
        Panel(
            "Memory of TCP",
            "Of all sockets of the machine. Near the limit the kernel drops what arrives.",
            [
                Query(whole("tcplens.memory.usage").sum(HOST), ON_HOST),
                Query(whole("tcplens.memory.limit").sum(HOST), "limit of {{$host_label}}"),
            ],
            "bytes",
        ),
        Panel(
            "Ports for connections",
            "How many there are towards one destination.",
            [Query(ports, "limit of {{$host_label}}")],
            "short",
        ),
        Panel(
            "TIME_WAIT of the ports",
            "Connections in TIME_WAIT for each port that there is. Only matters if most go to one destination.",
            [Query(whole(COUNT, {STATE: "time_wait"}).sum(HOST) / ports, ON_HOST)],
            "percentunit",
        ),
        Panel(
            "Ports in use, by the port of the peer",
            "Needs --attributes network.peer.port. At 1 connecting to a single destination fails.",
            [Query(used.over(ports, HOST).top(), f"{{{{$host_label}}}} to {label(whole, COUNT, peer)}")],
            "percentunit",
        ),
    ]
