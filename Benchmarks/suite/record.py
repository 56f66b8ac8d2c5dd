"""Compares what was counted with what is recorded in a file."""

WORSE, BETTER, SAME, UNKNOWN, GONE = "worse", "better", "same", "not recorded", "gone"
# The most that a figure may be from its record, as a share of it: where it was recorded, and elsewhere. With more a
# group would not guard anything.
MOST_HERE, MOST_ELSEWHERE = 0.25, 1.5
# And as a number besides, for figures that are small.
MOST_BESIDES = 20


class Finding:
    """How one figure compares with its record."""

    def __init__(self, group, name, recorded, measured, allowed):
        self.group, self.name, self.recorded, self.measured = group, name, recorded, measured
        if measured is None:
            self.verdict = GONE
        elif recorded is None:
            self.verdict = UNKNOWN
        elif measured > recorded + allowed:
            self.verdict = WORSE
        elif measured < recorded - allowed:
            self.verdict = BETTER
        else:
            self.verdict = SAME

    @property
    def fails(self):
        """What became better does not fail; but the file should say it, so that it is not lost again."""
        return self.verdict in (WORSE, UNKNOWN, GONE)


def tolerance(group, recorded, is_elsewhere):
    """How far a figure of a group may be from its record."""
    share = group["elsewhere"] if is_elsewhere else group["share"]
    return share * recorded + group.get("absolute", 0)


def differing(record, environment, group):
    """What is different here of all that a group depends on."""
    before = record["recorded on"]
    return [name for name in group.get("depends on", []) if before.get(name) != environment.get(name)]


def compare(record, environment, measured):
    """The findings about all figures, measured or recorded.

    A group without a value was not measured, and is left out; one that is not in the record is not recorded.
    """
    findings = [
        Finding(name, key, None, value, 0)
        for name, figures in measured.items() if name not in record["groups"]
        for key, value in (figures or {}).items()
    ]
    for name, group in record["groups"].items():
        if measured.get(name) is None:
            continue
        elsewhere = bool(differing(record, environment, group))
        figures = group["figures"]
        for key in [*figures, *(key for key in measured[name] if key not in figures)]:
            recorded = figures.get(key)
            allowed = tolerance(group, recorded or 0, elsewhere)
            findings.append(Finding(name, key, recorded, measured[name].get(key), allowed))
    return findings


def updated(record, environment, measured):
    """The record with new figures; tolerances and reasons stay."""
    groups = {
        name: group | ({"figures": measured[name]} if measured.get(name) else {})
        for name, group in record["groups"].items()
    }
    return record | {"recorded on": environment, "groups": groups}


def untold(record, environment, measured):
    """The figures whose worsening would not be found, and the groups that allow too much; empty if all is guarded.

    Each figure is made worse in turn, by the most that any may differ.
    """
    found = [
        f"{name}: {key}" for name, group in record["groups"].items()
        for key, most in (("share", MOST_HERE), ("elsewhere", MOST_ELSEWHERE)) if not group[key] <= most
    ]
    before = updated(record, record["recorded on"], measured)
    for name, group in record["groups"].items():
        most = MOST_ELSEWHERE if differing(record, environment, group) else MOST_HERE
        for key, value in (measured.get(name) or {}).items():
            worse = value + most * value + MOST_BESIDES
            changed = measured | {name: measured[name] | {key: worse}}
            if not any(one.fails for one in compare(before, environment, changed)):
                found.append(f"{name}: {key}")
    return found
