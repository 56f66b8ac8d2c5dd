"""What is read of an agent again and again, and what may not change over time."""

import dataclasses
import statistics
import time

EVENTS, PASS = "follow_connection", "walk_and_sample"


@dataclasses.dataclass
class Sample:
    """One reading. Costs are those since the reading before."""

    # Seconds since the soak began.
    time: float
    connections: int
    sockets: float
    resident: int
    private: int
    maps: int
    descriptors: int
    # Nanoseconds of an event; nanoseconds of a pass for each socket, and milliseconds of a pass.
    event: float
    socket: float
    walk: float
    # The share of a CPU that the agent's process takes.
    processor: float
    lost: float
    drift: float


class Sampler:
    """Reads an agent."""

    def __init__(self, agent, churn):
        self._agent, self._churn = agent, churn
        self._begin = time.monotonic()
        self._before = None

    def _programs(self, page):
        runs = page.by("tcplens_bpf_program_runs_total", "tcplens_bpf_program")
        times = page.by("tcplens_bpf_program_time_seconds_total", "tcplens_bpf_program")
        return {name: (runs[name], times.get(name, 0)) for name in runs}

    def read(self):
        """Returns a sample, and the page that it comes from; the first has no costs."""
        page, now = self._agent.scrape(), time.monotonic()
        programs, processor = self._programs(page), self._agent.processor_time()
        before = self._before or (programs, processor, now)
        self._before = (programs, processor, now)

        def cost(name):
            runs, seconds = programs.get(name, (0, 0))
            runs_before, seconds_before = before[0].get(name, (0, 0))
            return (seconds - seconds_before) * 1e9, runs - runs_before

        event, events = cost(EVENTS)
        walk, _ = cost(PASS)
        passes = max(1, now - before[2])
        sockets = page.sum("system_network_connection_count")
        resident, private = self._agent.memory()
        return Sample(
            time=now - self._begin,
            connections=self._churn.made,
            sockets=sockets,
            resident=resident,
            private=private,
            maps=self._agent.map_memory(),
            descriptors=self._agent.descriptors(),
            event=event / events if events else 0,
            socket=walk / passes / sockets if sockets else 0,
            walk=walk / passes / 1e6,
            processor=(processor - before[1]) / max(now - before[2], 0.001),
            lost=page.sum("tcplens_lost_events_total"),
            drift=max(map(abs, page.by("tcplens_stock_drift", "network_connection_state").values()), default=0),
        ), page


@dataclasses.dataclass
class Change:
    """A quantity at the beginning and at the end: medians of some samples."""

    name: str
    unit: str
    first: float
    last: float

    @property
    def ratio(self):
        return self.last / self.first if self.first else float("inf") if self.last else 1


# The name, its unit, the factor to it, and how much larger it may be at the end.
QUANTITIES = {
    "resident": ("resident memory", "MiB", 1 / 2**20, 1.05),
    "private": ("private memory", "MiB", 1 / 2**20, 1.1),
    "maps": ("memory of BPF maps", "MiB", 1 / 2**20, 1.0),
    "descriptors": ("open files", "", 1, 1.0),
    "event": ("an event", "ns", 1, 1.25),
    "socket": ("the pass, a socket", "ns", 1, 1.25),
}


def changes(samples, seconds=60):
    """How each quantity was in the first full minute, and in the last."""
    begin, end = samples[0].time, samples[-1].time
    first = [sample for sample in samples if begin + seconds <= sample.time < begin + 2 * seconds]
    last = [sample for sample in samples if sample.time > end - seconds]
    if not first or len(samples) < 4:
        first, last = samples[1:2], samples[-1:]
    return [
        Change(title, unit, *(statistics.median(getattr(each, name) * factor for each in part) for part in (first, last)))
        for name, (title, unit, factor, _) in QUANTITIES.items()
    ]


def growths(found):
    """The quantities that grew by more than they may."""
    limits = {title: limit for title, _, _, limit in QUANTITIES.values()}
    return [change for change in found if change.ratio > limits[change.name]]
