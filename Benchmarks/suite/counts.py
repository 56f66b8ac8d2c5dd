"""Counts that do not depend on the machine's mood: instructions, allocations, system calls."""

import os
import pathlib
import re
import subprocess

ALLOCATIONS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"}


def callgrind(folder, command):
    """The instructions and the allocations of a whole process."""
    output = folder / "callgrind.out"
    # Hashes would be seeded at random, and symbols be looked up at their first use.
    environment = os.environ | {"SWIFT_DETERMINISTIC_HASHING": "1", "LD_BIND_NOW": "1"}
    valgrind = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={output}"]
    result = subprocess.run([*valgrind, *command], env=environment, capture_output=True, text=True, check=False)
    if result.returncode or "failed" in result.stdout:
        raise RuntimeError(f"{command}: {result.stdout}{result.stderr}")
    return (*read_callgrind(output), result.stdout)


def read_callgrind(path):
    """The instructions in all, and the calls of functions that allocate."""
    names, instructions, allocations, callee = {}, 0, 0, None
    with open(path, errors="replace") as lines:
        for line in lines:
            if found := re.match(r"c?fn=(\(\d+\))(?: (.*))?$", line):
                if found[2]:
                    names[found[1]] = found[2].split("'")[0]
                if line[0] == "c":
                    callee = names.get(found[1])
            elif line.startswith("calls="):
                if callee in ALLOCATIONS:
                    allocations += int(line[6:].split()[0])
            elif line.startswith(("summary:", "totals:")):
                instructions = int(line.split()[1])
    return instructions, allocations


def difference(folder, command, few, many):
    """Instructions and allocations of one repetition, between a run of a few and one of many.

    What a process does once is in both, and so in neither.
    """
    first, last = callgrind(folder, command(few)), callgrind(folder, command(many))
    return (last[0] - first[0]) / (many - few), (last[1] - first[1]) / (many - few)


class Calls:
    """The system calls of a process and its children, by strace."""

    def __init__(self, path):
        self.path = path
        # Paths of descriptors (-y) show what is read.
        self.command = ["strace", "-f", "-qq", "-ttt", "-y", "-s", "0", "-e", "signal=none", "-o", path]

    def read(self):
        """Each call as its time, its name and its line. A call that was interrupted in the log counts once."""
        for line in pathlib.Path(self.path).read_text(errors="replace").splitlines():
            found = re.match(r"\d+ +(\d+\.\d+) (\w+)\((.*)", line)
            if found:
                yield float(found[1]), found[2], found[3]
