"""An agent that is scraped, and what the kernel says of it."""

import collections
import os
import pathlib
import re

from tcplens_demo import programs
from tcplens_demo.namespaces import get
from tcplens_demo.processes import Running

PORT = 9464
_SAMPLE = re.compile(r"(?P<name>[a-zA-Z_:][\w:]*)(\{(?P<labels>.*)\})? (?P<value>\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Page:
    """What an agent answered to a scrape."""

    def __init__(self, text):
        self._samples = collections.defaultdict(list)
        for line in text.splitlines():
            if match := _SAMPLE.fullmatch(line):
                labels = dict(_LABEL.findall(match["labels"] or ""))
                self._samples[match["name"]].append((labels, float(match["value"])))

    def sum(self, name, **labels):
        """The sum of the series of a name that have these labels."""
        return sum(value for found, value in self._samples.get(name, [])
                   if all(found.get(label, "") == wanted for label, wanted in labels.items()))

    def by(self, name, label):
        """The sums of a name for each value of a label."""
        sums = collections.Counter()
        for labels, value in self._samples.get(name, []):
            sums[labels.get(label, "")] += value
        return dict(sums)


class Agent(Running):
    """`tcplens run` in a namespace."""

    def __init__(self, namespace, arguments=(), environment=None, prefix=(), interval="1s"):
        """`prefix` is a command that is given the agent's as its last arguments, and becomes the agent."""
        environment = {"OTEL_METRICS_EXPORTER": "prometheus", "OTEL_EXPORTER_PROMETHEUS_PORT": str(PORT),
                       **(environment or {})}
        command = [*prefix, programs.tcplens(), "run", "--interval", interval, *arguments]
        super().__init__(namespace, command, environment, name="tcplens")
        self._namespace = namespace
        # How many connections were made to it, each for one request.
        self.scrapes = 0
        self.ready(self.scrape)

    def scrape(self):
        """Its metrics; None if it does not answer."""
        answer = get(self._namespace, PORT, "/metrics")
        # Nobody listens while it starts: that is no connection.
        self.scrapes += answer is not None
        return Page(answer[1]) if answer and answer[0] == 200 else None

    def memory(self):
        """Its resident memory, and what it has written of it, in bytes.

        Whether pages count as private depends on other processes: those of the program's file on who else runs it, and
        others on `tcplens-broker`.
        """
        text = pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        sizes = {name: int(size) * 1024 for name, size in re.findall(r"(\w+): +(\d+) kB", text)}
        return sizes["Rss"], sizes["Anonymous"]

    def descriptors(self):
        """How many files it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def processor_time(self):
        """The seconds of processor time that it has used."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def map_memory(self):
        """The memory of its BPF maps, in bytes."""
        maps = {}
        for file in pathlib.Path(f"/proc/{self.pid}/fdinfo").iterdir():
            try:
                info = dict(line.split(":\t", 1) for line in file.read_text().splitlines() if ":\t" in line)
            except OSError:
                continue
            if "map_id" in info and "memlock" in info:
                maps[info["map_id"]] = int(info["memlock"])
        return sum(maps.values())
