"""A result: a table for people, and the same as JSON in .build/benchmarks."""

import json
import os
import sys

from . import machine


class Report:
    """Collects what a benchmark finds, prints it as it comes, and writes it at the end."""

    def __init__(self, name, about):
        self.name = name
        self.failures = []
        self.result = {"benchmark": name, "machine": machine.facts(), "tables": {}, "goals": [], "missing": []}
        facts = self.result["machine"]
        print(f"{name}: {about}")
        print(
            f"{facts['kernel']}, {facts['system']}, {facts['processors']} × {facts['processor']}, "
            f"{facts['date']}, commit {facts['commit']}"
        )
        self.warn_of_load()

    def warn_of_load(self):
        busy = os.getloadavg()[0]
        if busy > 0.5 * self.result["machine"]["processors"]:
            print(f"The machine is busy (load {busy:.1f}): figures drift, only ratios of pairs can be used.")

    def table(self, title, columns, rows):
        """Prints rows of texts and numbers; the first column is a name."""
        cells = [[text(cell) for cell in row] for row in [columns, *rows]]
        widths = [max(len(row[column]) for row in cells) for column in range(len(columns))]
        print(f"\n{title}")
        for row in cells:
            line = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
            print(f"  {'   '.join(line)}".rstrip())
        sys.stdout.flush()

    def keep(self, title, value):
        """Keeps figures for the JSON."""
        self.result["tables"][title] = value

    def goal(self, what, measured, goal, unit="×", is_most=False, noise=False):
        """Compares with a goal: at least so much, or at most (`is_most`)."""
        met = measured <= goal if is_most else measured >= goal
        verdict = "too noisy to tell" if noise else "met" if met else "missed"
        self.result["goals"].append(
            {"what": what, "goal": goal, "most": is_most, "measured": measured, "unit": unit, "verdict": verdict}
        )
        bound = "at most " if is_most else "at least "
        print(f"  goal: {what}: {bound}{number(goal)}{unit}, measured {number(measured)}{unit}: {verdict}")

    def missing(self, what, why):
        """Notes what could not be measured."""
        self.result["missing"].append({"what": what, "why": why})
        print(f"  not measured: {what}: {why}")

    def check(self, is_same, what):
        """Notes when two sides did not do the same work, which makes the benchmark fail."""
        if not is_same:
            self.failures.append(what)
            print(f"  NOT THE SAME WORK: {what}")
        return is_same

    def finish(self):
        """Writes the JSON; returns the exit status."""
        self.result["machine"]["load at the end"] = os.getloadavg()[0]
        self.result["failures"] = self.failures
        self.warn_of_load()
        path = machine.ROOT / ".build/benchmarks" / f"{self.name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.result, indent=2) + "\n")
        print(f"\n{path.relative_to(machine.ROOT)} has all values." + (" FAILED" if self.failures else ""))
        return 1 if self.failures else 0


def number(value):
    """A number with as many digits as say something."""
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def text(cell):
    if cell is None:
        return "-"
    return cell if isinstance(cell, str) else number(cell)


def ratio(value):
    """A ratio as text, such as `18.5× (17.9 to 18.8)`."""
    low, high = value.quartiles
    if low == high == 1:
        return "1×"
    noise = ", too noisy to tell" if value.is_noise else ""
    return f"{number(value.median)}× ({number(low)} to {number(high)}{noise})"


def share(value):
    """A ratio as text in per cent, such as `91.2 % (90.8 to 91.9)`."""
    low, high = (100 * part for part in value.quartiles)
    if low == high == 100:
        return "100 %"
    noise = ", too noisy to tell" if value.is_noise else ""
    return f"{100 * value.median:.1f} % ({low:.1f} to {high:.1f}{noise})"
