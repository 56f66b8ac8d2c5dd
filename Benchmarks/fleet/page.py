"""Writes docs/fleet.md and its pictures from docs/fleet/fleet.json."""

import json
import textwrap
from pathlib import Path

import pictures

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURES = ROOT / "docs/fleet/fleet.json"
DAY = 86400


def number(value):
    """A number with three digits or so; a count with all of them."""
    if isinstance(value, int):
        return f"{value:,}".replace(",", " ")
    if value >= 1000:
        return f"{round(value, -max(0, len(str(int(value))) - 3)):,.0f}".replace(",", " ")
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def size(value):
    """Bytes as text."""
    value = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{number(value)} {unit}"
        value /= 1000
    return f"{number(value)} TB"


def table(columns, rows):
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def stored(result, run):
    """What a fleet has in the backend; None if not everything came there in time, so that it says nothing."""
    usual = max((each["disk"]["series"] / each["hosts"] for each in result["costs"] if each["disk"]), default=0)
    disk = run["disk"]
    return disk if disk and disk["series"] >= 0.98 * usual * run["hosts"] else None


def costs(result):
    """What each measured fleet cost."""
    rows = []
    for run in result["costs"]:
        disk = stored(result, run)
        rows.append([
            f"{number(run['hosts'])} hosts, {run['interval']:.0f} s, {run['compression']}",
            number(run["requests"]), number(run["points"]), size(run["bytes"]), f"{100 * run['collector_cpu']:.1f} %",
            size(run["collector_memory"]), number(float(disk["series"])) if disk else "-", size(run["backend_memory"]),
        ])
    return table(
        ["fleet", "requests/s", "points/s", "to the Collector, a second", "Collector, of one CPU", "its memory",
         "series in the backend", "its memory"], rows,
    )


def per_export(result):
    """The same for one export."""
    rows = [
        [
            f"{number(run['hosts'])} hosts, {run['interval']:.0f} s, {run['compression']}",
            number(run["points_per_export"]), size(run["bytes_per_export"]),
            f"{1000 * run['collector_cpu_per_export']:.2f} ms", f"{1000 * run['backend_cpu_per_export']:.2f} ms",
            f"{1000 * run['emitter_cpu_per_export']:.2f} ms",
        ]
        for run in result["costs"]
    ]
    return table(["fleet", "points", "bytes", "CPU of the Collector", "of the backend", "of the emitter"], rows)


def base(result, compression):
    """The largest fleet that was measured."""
    return max((run for run in result["costs"] if run["compression"] == compression), key=lambda run: run["hosts"])


def fleets(result):
    """What fleets cost; all but the base are calculated."""
    rows = []
    for compression in ("none", "gzip"):
        run = base(result, compression)
        disk = stored(result, run)
        for hosts in (1000, 100_000):
            for interval in (15, 60):
                rate = hosts / interval
                measured = (hosts, interval) == (run["hosts"], run["interval"])
                rows.append([
                    f"{number(hosts)} hosts, {interval} s, {compression}", "**measured**" if measured else "calculated",
                    number(rate), number(rate * run["points_per_export"]), size(rate * run["bytes_per_export"]),
                    number(rate * run["collector_cpu_per_export"]), number(rate * run["backend_cpu_per_export"]),
                    number(float(disk["series"] / run["hosts"] * hosts)) if disk else "-",
                    size(rate * DAY * disk["sample_bytes"] / run["exports_ever"]) if disk else "-",
                ])
    return table(
        ["fleet", "", "requests/s", "points/s", "bytes/s", "CPUs of Collectors", "CPUs of the backend", "series",
         "samples on disk, a day"], rows,
    )


def pair(result):
    """The largest fleet without and with gzip, and a smaller one."""
    plain, packed = (base(result, compression) for compression in ("none", "gzip"))
    return {
        "ratio": plain["bytes_per_export"] / packed["bytes_per_export"],
        "plain": plain["bytes_per_export"], "packed": packed["bytes_per_export"],
        "host": 1000 * (packed["emitter_cpu_per_export"] - plain["emitter_cpu_per_export"]),
        "collector": 1000 * (packed["collector_cpu_per_export"] - plain["collector_cpu_per_export"]),
    }


def kept(result, run):
    """What the backend keeps of a fleet."""
    disk = stored(result, run)
    if disk is None:
        return "Series and disk are left out where not everything had come to the backend when they were read."
    return f"""The disk is that of VictoriaMetrics: {disk["sample_bytes"] / disk["samples"]:.2f} bytes a sample in a run of seconds,
which becomes less with time; besides, it has an index of {number(disk["index_bytes"] / disk["series"])} bytes a series, once.
A host of this simulation has {number(disk["series"] / run["hosts"])} series, one for each bucket of a histogram. A host with
more ports, workloads or containers has more."""


def text(result):
    machine, begin, away = result["machine"], result["start"], result["outage"]
    gzip, spread, together = pair(result), begin["spread"], begin["together"]
    run = base(result, "none")
    queue = 16 * 1024 * 1024
    hours = [queue / gzip[key] / 60 for key in ("plain", "packed")]
    lost = "Nothing was lost" if away["lost"] == away["queued"] == 0 else f"{number(away['lost'])} points were lost"
    faults = "; ".join(result["complaints"])
    warning = f"**These figures are not to be used**, the machine was too busy: {faults}." if faults else ""
    return f"""# A fleet

{warning}

What many agents cost the Collector, the network and the backend, and how they keep out of each other's way. All figures
are from `make bench-fleet`, which writes this page (`Benchmarks/fleet/run --documents`).

Each emitter is an agent's own collection loop, encoder, queue and transport, with a resource of its own; only its
readings are made up (`Sources/Simulation`). They send to a real Collector with `otel-collector-config/node.yaml`, which
sends to VictoriaMetrics. Everything runs on one machine: {machine["date"]}, Linux {machine["kernel"]},
{machine["processors"]} × {machine["processor"]}, Collector {machine["collector"]}, load at the start
{machine["load"]:.1f}. Use the ratios; absolute figures drift with the machine.

## What was measured

{costs(result)}

Hosts count by how often they export: 100 hosts at 1 s are as many requests as 1 500 at 15 s, but only a tenth of the
connections of 1 000. So 1 000 were measured at 15 s as well. The memory of the Collector includes {
size(run["collector_memory_idle"])} that it has without any host.

For one export:

{per_export(result)}

An emitter's CPU includes its collection; the difference between `none` and `gzip` is the compression.

## What fleets cost

{fleets(result)}

Calculated means: the measured costs of one export and one host, times their number. That ignores what a larger
fleet needs besides, such as balancers, replicas and queries. Connections are in it only as far as {number(run["hosts"])} of
them were. {kept(result, run)}

## gzip or not

gzip makes an export {gzip["ratio"]:.1f} times smaller ({size(gzip["plain"])} without, {size(gzip["packed"])} with it). It costs the
host {gzip["host"]:.1f} ms of CPU for each, and the Collector {gzip["collector"]:+.1f} ms. What waits in the queue is compressed as well:
16 MiB last {hours[0]:.0f} hours at 60 s without, and {hours[1]:.0f} with it.

So gzip is the default to another machine. On the same machine (`localhost`, a loopback address, a socket) nothing is
gained on the way, so `none` is the default there; set `OTEL_EXPORTER_OTLP_COMPRESSION=gzip` for a longer queue. In a
configuration file the schema's default applies, which is `none`; write `compression: gzip`.

## A start at once

![Requests while all agents start at once](fleet/start.svg)

Each agent has a place in the interval, which depends only on its `service.instance.id`. It is a part of the interval by
the wall clock, so an agent that starts again goes on where it was, and intervals are equal. The first export comes
sooner, within a tenth of the interval and within 6 s, because people wait for it; the interval to the second one is
shorter than the others. After `SIGHUP` with other settings the next export may come up to 6 s later as well. The agent collects at once, so it is ready at once. What is scraped,
only printed (`console` alone) or exported once (`--once`) has no place and is not delayed; with `otlp,console` both are.
There is no setting for it.

{number(spread["hosts"])} agents without a place sent {together["most"]} requests within 100 ms when they started, and up to {
together["most_later"]} later. With a place they sent {spread["most"]} at the start, and up to {spread["most_later"]} later; {
spread["mean"]:.1f} would be perfectly even.

## An outage

![Requests while the Collector is away](fleet/outage.svg)

After an outage all agents have a backlog. Three things keep them apart: the delays before another attempt are random,
from half to one and a half of up to 10 s; a backlog is spread over about ten seconds, its requests a second apart
at most, so that a short one takes less; and if a Collector says when to come back (`Retry-After`), up to half of that is added at random, at most 5 s.

Here the Collector was killed (SIGKILL) for {away["back"] - away["died"]:.0f} s behind a proxy that stayed. In the first second after it was back
{away["first_second"]} requests were accepted, of usually {away["usual"]:.0f}; the most in a second were {away["most_after"]}. {lost}: {
number(away["exports"])} exports were made, {number(away["stored_exports"])} are in the backend. For this the Collector had no queue of its own:
what one has accepted and not yet sent is lost if it is killed.
"""


def filled(text):
    """The same with lines of equal length; tables, pictures and titles stay."""
    parts = (
        part if part[:1] in "|#!" else textwrap.fill(" ".join(part.split()), 120, break_on_hyphens=False, break_long_words=False)
        for part in text.strip().split("\n\n") if part.strip()
    )
    return "\n\n".join(parts) + "\n"


def write():
    result = json.loads(FIGURES.read_text())
    (ROOT / "docs/fleet.md").write_text(filled(text(result)))
    begin = result["start"]
    (FIGURES.parent / "start.svg").write_text(pictures.start(begin["together"], begin["spread"]))
    (FIGURES.parent / "outage.svg").write_text(pictures.outage(result["outage"]))


if __name__ == "__main__":
    write()
