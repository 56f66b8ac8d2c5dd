"""*tcplens itself*: how far to trust the other dashboards, and what they cost."""

import promql
import variables
from model import Dashboard, Panel, Query, Row
from parts import ON_HOST, label, single
from promql import HOST, Expression

NAME = "otel.component.name"


FINDINGS = {
    "Lost events": "agent_loses_events",
    "Drift": "agent_drifts",
    "Not followed": "agent_unfollowed",
    "Data points given up since the start": "agent_exports_fail",
}


def dashboard(registry):
    """The dashboard."""
    tcp = promql.of_hosts(registry)
    return Dashboard(
        "tcplens-agent",
        "tcplens: the agents themselves",
        "Whether the agents count everything, deliver it, and what that costs.",
        variables.common(registry),
        [
            Row("Are the numbers right?", counting(tcp)),
            Row("Do they arrive?", exports(tcp)),
            Row("What does it cost?", costs(tcp)),
        ],
        FINDINGS,
    )


def counting(tcp):
    """Losses, drift, and what is not followed."""
    count, lost, drift = "system.network.connection.count", "tcplens.lost_events", "tcplens.stock.drift"
    established = {"network.connection.state": "established"}
    reason, state = label(tcp, lost, "tcplens.loss.reason"), label(tcp, drift, "network.connection.state")
    text = "Only points that arrive count. An agent that is gone is missing here."
    hosts = Query(Expression(f"count({tcp(count, established).sum(HOST)})", tcp(count).metrics), "agents")
    return [
        Panel("Agents", text, [hosts], "short", "stat", 4),
        single(
            tcp,
            lost,
            "Lost events",
            "map_full and allocation: not counted. recursion and unseen: counted later, without their time.",
            f"{ON_HOST} {reason}",
            HOST,
            "tcplens.loss.reason",
            width=8,
        ),
        Panel(
            "Drift",
            "Other than zero for long: flows and stocks disagree. A moment's difference is normal.",
            [Query(tcp(drift).function("abs").max(HOST, "network.connection.state"), f"{ON_HOST} {state}")],
            "short",
            width=6,
        ),
        single(
            tcp,
            "tcplens.connection.unfollowed",
            "Not followed",
            "These are counted as connections, but durations and bytes are missing, and round trips are only sampled.",
            ON_HOST,
            HOST,
            width=6,
        ),
    ]


def exports(tcp):
    """Whether metrics reach the backend."""
    exported = "otel.sdk.exporter.metric_data_point.exported"
    inflight = "otel.sdk.exporter.metric_data_point.inflight"
    component = label(tcp, exported, NAME)
    sent, lost = tcp(exported, {"error.type": ""}), tcp(exported, {"error.type": "!"})
    seconds = tcp.mean("otel.sdk.exporter.operation.duration", HOST, NAME)
    return [
        Panel(
            "Delivered data points",
            "Points that a receiver accepted.",
            [Query(sent.rate().sum(HOST, NAME), f"{ON_HOST} {component}")],
            "cps",
            width=6,
        ),
        # Not a rate: a reason has no series before its first point, so its rate would miss that.
        Panel(
            "Data points given up since the start",
            "By reason. Nothing here is as it should be. queue_full: the Collector was away for too long.",
            [Query(lost.sum(HOST, "error.type"), f"{ON_HOST} {label(tcp, exported, 'error.type')}")],
            "short",
            width=6,
        ),
        single(
            tcp,
            inflight,
            "Data points on their way",
            "While the Collector is away these grow, and are lost only when the queue is full.",
            f"{ON_HOST} {component}",
            HOST,
            NAME,
            width=6,
        ),
        Panel(
            "Duration of exports",
            "The mean, retries included.",
            [Query(seconds, f"{ON_HOST} {component}")],
            "s",
            width=6,
        ),
    ]


def costs(tcp):
    """CPU time and memory."""
    runs, time = "tcplens.bpf.program.runs", "tcplens.bpf.program.time"
    program, mode = "tcplens.bpf.program", "cpu.mode"
    one = tcp(time).rate().sum(program) / tcp(runs).rate().sum(program)
    collections = tcp.mean("otel.sdk.metric_reader.collection.duration", HOST, NAME)
    component = label(tcp, "otel.sdk.metric_reader.collection.duration", NAME)
    return [
        single(
            tcp,
            "process.cpu.time",
            "CPU time of the agent",
            "100 % is one CPU. The programs in the kernel are not in it.",
            f"{ON_HOST} {label(tcp, 'process.cpu.time', mode)}",
            HOST,
            mode,
        ),
        single(tcp, "process.memory.usage", "Memory of the agent", "Resident.", ON_HOST, HOST),
        Panel(
            "Duration of collections",
            "The mean. It grows with the number of sockets.",
            [Query(collections, f"{ON_HOST} {component}")],
            "s",
        ),
        single(
            tcp,
            time,
            "CPU time of the programs in the kernel",
            "100 % is one CPU.",
            label(tcp, time, program),
            program,
            is_stacked=True,
        ),
        single(tcp, runs, "Runs of the programs", "Events that were counted.", label(tcp, runs, program), program),
        Panel("Time of one run", "The mean, by the kernel's own count.", [Query(one, label(tcp, time, program))], "s"),
    ]
