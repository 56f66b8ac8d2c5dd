"""What was found on each kernel, kept in `records/KERNEL.json`, and how a run differs from it."""

import difflib
import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).with_name("records")
# The kernel refuses a program when its verifier has processed a million instructions. Up to half of that, a newer
# kernel or compiler that takes twice as many does no harm.
MOST_INSTRUCTIONS = 500_000
# How much more than recorded may be found. The counts are exact on one kernel with one compiler; memory is not.
INSTRUCTIONS_SHARE, INSTRUCTIONS_BESIDES = 0.2, 20
MEMORY_SHARE, MEMORY_BESIDES = 0.5, 2048
# Parts of the doctor's lines that differ from run to run, and what is kept of them. A connection whose event was missed
# is made again, and then the pass counts one more.
VARYING = [
    (re.compile(r"^(ok kernel: Linux [0-9]+\.[0-9]+)\S*(, \S+)$"), r"\1\2"),
    (re.compile(r"^(ok pass: )[0-9]+( connections in ).*$"), r"\1…\2…"),
]


def version(kernel):
    """The numbers of `6.12` or `6.12+lockdown`, to sort by."""
    return tuple(int(number) for number in kernel.partition("+")[0].split("."))


def name(package, condition):
    """What a kernel is called here: `6.12` or `6.12+lockdown`."""
    series = re.match(r"linux-(?:image|binary)-([0-9]+\.[0-9]+)", package)[1]
    return f"{series}+{condition}" if condition else series


def path(kernel):
    return FOLDER / f"{kernel}.json"


def read(kernel):
    return json.loads(path(kernel).read_text()) if path(kernel).exists() else None


def write(kernel, found):
    FOLDER.mkdir(exist_ok=True)
    path(kernel).write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


def kernels():
    """All that are recorded: by version, the plain ones before those with a condition."""
    names = [file.stem if file.suffix == ".json" else file.name for file in FOLDER.glob("*.json")]
    return sorted(names, key=lambda kernel: ("+" in kernel, version(kernel), kernel))


def parse(package, lines):
    """What the lines `doctor: …`, `verified: NAME COUNT` and `memory: NAME KIB` of a run say."""
    found = {"package": package, "doctor": [], "verified instructions": {}, "memory, KiB": {}}
    for line in lines:
        kind, _, rest = line.partition(": ")
        if kind == "doctor":
            for pattern, kept in VARYING:
                rest = pattern.sub(kept, rest)
            found["doctor"].append(rest)
        elif kind == "verified":
            program, count = rest.split()
            counts = found["verified instructions"]
            # A program that is loaded several times counts as the one that took most.
            counts[program] = max(int(count), counts.get(program, 0))
        elif kind == "memory":
            what, amount = rest.rsplit(" ", 1)
            found["memory, KiB"][what] = int(amount)
    found["verified instructions"] = dict(sorted(found["verified instructions"].items()))
    return found


def compare(recorded, found):
    """The failures and the notes about a run, as lines."""
    failures, notes = limits(found), []
    difference = list(difflib.unified_diff(recorded["doctor"], found["doctor"], n=0, lineterm=""))[2:]
    if difference:
        failures.append("the doctor says something else than what is recorded:")
        failures += [f"    {line}" for line in difference if not line.startswith("@@")]
    before, now = recorded["verified instructions"], found["verified instructions"]
    failures += [f"{program} was not loaded" for program in before if program not in now]
    for program, count in now.items():
        if program not in before:
            failures.append(f"{program} is not recorded")
        else:
            more = INSTRUCTIONS_SHARE * before[program] + INSTRUCTIONS_BESIDES
            words = f"{program}: {before[program]} instructions verified, {count} now"
            if count > before[program] + more:
                failures.append(words)
            elif count < before[program] - more:
                notes.append(f"{words}: an update records it, so that it is not lost")
    before, now = recorded["memory, KiB"], found["memory, KiB"]
    if before.keys() != now.keys():
        failures.append(f"memory was recorded of {', '.join(before)}, and measured of {', '.join(now)}")
    for what in before.keys() & now.keys():
        if now[what] > before[what] * (1 + MEMORY_SHARE) + MEMORY_BESIDES:
            failures.append(f"memory, {what}: {before[what]} KiB, {now[what]} KiB now")
    return failures, notes


def limits(found):
    """What fails whatever is recorded."""
    counts = found["verified instructions"]
    failures = [
        f"{program} takes {count} instructions to verify, and the kernel refuses a program at a million"
        for program, count in counts.items() if count > MOST_INSTRUCTIONS
    ]
    if not counts:
        failures.append("no program was seen to be loaded")
    if not found["doctor"]:
        failures.append("the doctor says nothing")
    return failures


def is_new(kernel):
    """Whether a kernel is newer than all that are recorded.

    One that has just come to the archive is no failure of ours.
    """
    return all(version(kernel) > version(other) for other in kernels())
