"""What is measured: costs of a fleet by size and interval, a start at once, and an outage of the Collector."""

import collections
import json
import signal
import sys
import tempfile
import time
from pathlib import Path

from processes import WITHOUT_QUEUE, Backend, Collector, Emitters, Process, free_port


def cost(hosts, interval, compression, warm, seconds):
    """Runs a fleet, and measures what all others need for it in `seconds` after `warm` seconds."""
    options = ["--gzip"] if compression == "gzip" else []
    with Backend() as backend, Collector(backend) as collector:
        idle = {"collector": collector.resident, "backend": backend.resident}
        with Emitters(collector.url, hosts, interval, warm + seconds + 45, *options) as fleet:
            time.sleep(warm)
            settle(fleet, backend, 40)
            before = snapshot(fleet, collector, backend)
            most = 0
            for _ in range(seconds * 2):
                time.sleep(0.5)
                most = max(most, collector.resident)
            after = snapshot(fleet, collector, backend)
            disk = None
            if not any(after[key] for key in ("lost", "failures")):
                time.sleep(1)
                disk = backend.numbers()
            last = fleet.lines()[-1]
        span = after["time"] - before["time"]
        spent = {key: after[key] - before[key] for key in after}
        exports = spent["exports"]
        return {
            "hosts": hosts, "interval": interval / 1000, "compression": compression, "seconds": span,
            "requests": exports / span, "points": spent["points"] / span, "bytes": spent["bytes"] / span,
            "points_per_export": spent["points"] / max(exports, 1),
            "bytes_per_export": spent["bytes"] / max(exports, 1),
            "emitter_cpu_per_export": spent["emitter_cpu"] / max(exports, 1),
            "collector_cpu": spent["collector_cpu"] / span,
            "collector_cpu_per_export": spent["collector_cpu"] / max(exports, 1),
            "backend_cpu_per_export": spent["backend_cpu"] / max(exports, 1),
            "collector_memory": most, "collector_memory_idle": idle["collector"],
            "backend_memory": backend.resident, "backend_memory_idle": idle["backend"],
            "disk": disk, "lost": last["lost"], "failures": last["failures"], "queued": after["queued"],
            "exports": exports, "exports_ever": last["exports"], "problem": last["problem"],
        }


def settle(fleet, backend, seconds):
    """Waits until nearly all that was exported has arrived, and the backend makes no new series: those cost more."""
    end, before = time.monotonic() + seconds, -1
    while time.monotonic() < end:
        line, series = fleet.lines()[-1], backend.made()
        if line["accepted"] + line["lost"] > 0.97 * line["points"] and series < 1.005 * before:
            return
        before = series
        time.sleep(2)


def snapshot(fleet, collector, backend):
    """What has been spent and done until now."""
    line = fleet.lines()[-1]
    keys = ("exports", "points", "lost", "failures", "queued")
    return {key: line[key] for key in keys} | {
        "time": line["time"], "bytes": collector.received, "emitter_cpu": fleet.seconds,
        "collector_cpu": collector.seconds, "backend_cpu": backend.seconds,
    }


class Watched:
    """A Collector behind a proxy that writes down when requests come."""

    def __init__(self, backend, configuration=None):
        self.collector = Collector(backend, configuration)
        self.log = tempfile.NamedTemporaryFile("r")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        script = str(Path(__file__).parent / "proxy.py")
        self.proxy = Process([sys.executable, "-B", script, str(port), str(self.collector.port), self.log.name])
        time.sleep(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proxy.end()
        self.collector.end(signal.SIGKILL)

    def events(self, start):
        """The times since `start` of each kind of event."""
        events = collections.defaultdict(list)
        for line in Path(self.log.name).read_text().splitlines():
            moment, kind = line.split()
            events[kind].append(float(moment) - start)
        return events


def start_at_once(hosts, interval, seconds, together):
    """When the requests come of a fleet that starts at once."""
    with Backend() as backend, Watched(backend) as watched:
        with Emitters(watched.url, hosts, interval, seconds, *(["--together"] if together else [])) as fleet:
            fleet.process.wait()
            lines = fleet.lines()
        events = watched.events(lines[0]["time"])
    counts = bins(events["request"], 0.1, seconds)
    later = counts[int(interval / 100):]
    return {
        "hosts": hosts, "interval": interval / 1000, "seconds": seconds, "together": together, "width": 0.1,
        "requests": counts, "most": max(counts), "mean": hosts / interval * 100, "most_later": max(later),
        "lost": lines[-1]["lost"],
    }


def outage(hosts, interval, before, away, after):
    """When requests come before, during and after an outage of the Collector, and what is lost."""
    seconds = before + away + after
    with Backend() as backend, Watched(backend, WITHOUT_QUEUE) as watched:
        with Emitters(watched.url, hosts, interval, seconds, "--flush") as fleet:
            start = fleet.lines()[0]["time"]
            until(start + before)
            watched.collector.end(signal.SIGKILL)
            died = time.time() - start
            until(start + before + away)
            watched.collector.start()
            watched.collector.wait()
            back = time.time() - start
            fleet.process.wait()
            lines = fleet.lines()
        events = watched.events(start)
        last = lines[-1]
        stored = stored_samples(backend, last["exports"])
    width = 1.0
    accepted = bins(events["accepted"], width, seconds)
    first = [moment for moment in events["accepted"] if moment >= back]
    return {
        "hosts": hosts, "interval": interval / 1000, "seconds": seconds, "died": died, "back": back, "width": width,
        "attempts": bins(events["request"] + events["unreachable"], width, seconds), "accepted": accepted,
        "usual": hosts * 1000 / interval, "most_after": max(accepted[int(back):]),
        "first_second": sum(1 for moment in first if moment < back + 1),
        "exports": last["exports"], "points": last["points"], "accepted_points": last["accepted"],
        "lost": last["lost"], "queued": last["queued"], "stored_exports": stored,
    }


def stored_samples(backend, expected, seconds=30):
    """As `samples`, once as many are there as expected: the backend shows samples some seconds after it has them."""
    end = time.time() + seconds
    while (stored := samples(backend)) < expected and time.time() < end:
        time.sleep(1)
    return stored


def samples(backend):
    """How many collections are in the backend: samples of a metric that each has once."""
    backend.get("/internal/force_flush")
    text = backend.get("/api/v1/export", **{"match[]": '{__name__="process.cpu.time","cpu.mode"="user"}'})
    return sum(len(set(json.loads(line)["timestamps"])) for line in text.splitlines())


def bins(moments, width, seconds):
    """How many of `moments` are in each part of `seconds`."""
    counts = [0] * round(seconds / width)
    for moment in moments:
        place = int(moment / width)
        if 0 <= place < len(counts):
            counts[place] += 1
    return counts


def until(moment):
    time.sleep(max(0, moment - time.time()))
