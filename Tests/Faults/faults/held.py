"""What an agent holds: files, objects of the kernel, memory; and what is left of it."""

import collections
import dataclasses
import json
import pathlib
import re
import subprocess

KINDS = {"prog": "prog_id", "map": "map_id", "link": "link_id"}


def family(pid):
    """A process and all that it started."""
    parents = {}
    for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(file.parent.name)] = int(fields[1])
    found = [pid]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def objects(pid):
    """The kind and the number of each BPF object that a process and its children have open."""
    found = set()
    for process in family(pid):
        try:
            files = list(pathlib.Path(f"/proc/{process}/fdinfo").iterdir())
        except OSError:
            continue
        for file in files:
            try:
                text = file.read_text()
            except OSError:
                continue
            for kind, key in KINDS.items():
                if match := re.search(rf"^{key}:\s+(\d+)$", text, re.MULTILINE):
                    found.add((kind, int(match[1])))
    return found


def of_kernel():
    """The kind and the number of each BPF object that there is, with the maps of each program."""
    found, maps = set(), {}
    for kind in KINDS:
        answer = subprocess.run(["bpftool", "-j", kind, "show"], capture_output=True, text=True).stdout
        for each in json.loads(answer or "[]"):
            found.add((kind, each["id"]))
            if kind == "prog":
                maps["prog", each["id"]] = {("map", number) for number in each.get("map_ids", [])}
    return found, maps


@dataclasses.dataclass
class Held:
    """What an agent holds at one time."""

    descriptors: int
    objects: set
    map_memory: int
    private: int

    # Memory that the allocator keeps after a queue was long.
    SLACK = 2 * 2**20
    # Rows of hash tables that are made when they are needed.
    MAP_SLACK = 64 * 2**10

    @classmethod
    def by(cls, agent):
        found = objects(agent.pid)
        _, maps = of_kernel()
        for program in list(found):
            found |= maps.get(program, set())
        return cls(agent.descriptors(), found, agent.map_memory(), agent.memory()[1])

    def beyond(self, before):
        """How this is more than before, a text for each; nothing if it is not."""
        if self.descriptors > before.descriptors:
            yield f"{self.descriptors} open files, {before.descriptors} before"
        if self.private > before.private + self.SLACK:
            yield f"{self.private >> 10} KiB of private memory, {before.private >> 10} before"
        # They may be others, of programs that were loaded again.
        if self.counts != before.counts:
            yield f"BPF objects: {dict(self.counts)}, {dict(before.counts)} before"
        if self.map_memory > before.map_memory + self.MAP_SLACK:
            yield f"{self.map_memory} bytes of BPF maps, {before.map_memory} before"

    @property
    def counts(self):
        """How many objects of each kind."""
        return collections.Counter(kind for kind, _ in self.objects)

    def left(self):
        """The objects of it that the kernel still has."""
        return self.objects & of_kernel()[0]
