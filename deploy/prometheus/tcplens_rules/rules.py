"""The rules of one edition."""

import dataclasses

from . import durations
from .findings import IDENTITY

# What a value is compared with: its own average of a day, so that a rhythm of hours is part of it. The last hour is
# left out, so that a fault is not compared with itself. A fault that stays becomes its own baseline after a day
# divided by the factor; with six hours instead, an alert would end in the night in which it began. What is far too much
# at any time has a ceiling besides, above which the baseline does not matter.
BASELINE_RANGE, BASELINE_OFFSET = "1d", "1h"

# These mean nothing without a baseline: 5 ms are much in a data centre, and little between continents. All others
# fire without one, since a fault may be older than the baseline.
NEEDS_BASELINE = {"round_trips"}

# An agent that sends nothing can't say so. Scraped or pushed, its series are there, and have no new samples.
# Workloads end without it, so a metric is asked for that only the host's own resource has.
SILENT, SILENT_SERIES = "TCPLensAgentSilent", "tcplens_segments_total"
SILENT_AFTER, SILENT_FORGOTTEN, SILENT_PATIENCE = "5m", "1h", 300


@dataclasses.dataclass(frozen=True)
class Record:
    name: str
    expression: str
    comment: str = ""


@dataclasses.dataclass(frozen=True)
class Alert:
    name: str
    expression: str
    patience: str
    severity: str
    subject: str
    annotations: dict
    comment: str


class Edition:
    """The rules for hosts that some labels tell apart."""

    def __init__(self, identity=("job", "instance"), scale=1, runbooks=""):
        self.identity, self.scale, self.runbooks = identity, scale, runbooks

    def _query(self, query):
        return durations.scaled(query.replace(IDENTITY, ", ".join(self.identity)), self.scale)

    def record_name(self, finding, check):
        """level:metric:operation. The level is what remains apart: the host, and the group if there is one."""
        level = "_".join((self.identity[-1], *finding.groups))
        return f"{level}:tcplens_{finding.id}:{check.operation}"

    def records(self, finding):
        return [self._record(finding, check) for check in finding.checks]

    def _record(self, finding, check):
        query = self._query(check.query)
        if check.factor and (check.operation.startswith(("ratio", "p"))):
            comment = "Where nothing happened this is no number, and one of those would make the baseline none, too."
            return Record(self.record_name(finding, check), f"{query} >= 0", comment)
        return Record(self.record_name(finding, check), query)

    def alert(self, finding):
        conditions = [
            f"{self.record_name(finding, check)} > {check.threshold:g}" for check in finding.checks
        ]
        for check in finding.checks:
            if check.factor:
                conditions.append(self._comparison(finding, check))
        lines = [conditions[0]]
        lines += [one if one.startswith(("and ", "unless ")) else f"and {one}" for one in conditions[1:]]
        return Alert(
            finding.alert, "\n".join(lines), self._time(finding.patience), finding.severity, finding.subject,
            self._annotations(finding), finding.reason,
        )

    def _comparison(self, finding, check):
        name = self.record_name(finding, check)
        baseline = f"{check.factor:g} * avg_over_time({name}[{BASELINE_RANGE}] offset {BASELINE_OFFSET})"
        usual = f"{name} <= {baseline}"
        if check.ceiling:
            usual = f"({usual} and {name} <= {check.ceiling:g})"
        condition = f"and {name} > {baseline}" if finding.id in NEEDS_BASELINE else f"unless {usual}"
        return durations.scaled(condition, self.scale)

    def _annotations(self, finding):
        first = finding.checks[0]
        groups = "".join(f", {label} {{{{ $labels.{label} }}}}" for label in finding.groups)
        value = {
            "count": "{{ printf \"%.0f\" $value }}", "per_second": "{{ printf \"%.3g\" $value }}/s",
            "share": "{{ $value | humanizePercentage }}", "duration": "{{ $value | humanizeDuration }}",
        }[first.measure]
        usual = f", and more than {first.factor:g} times what is usual" if first.factor else ""
        return {
            "summary": f"{finding.title}: {self._host()}{groups}",
            "description": f"{value}, above {limit(first)}{usual}.",
            "meaning": finding.meaning,
            "remedy": finding.remedy,
            "command": finding.command,
            "runbook_url": f"{self.runbooks}docs/triage.md#{finding.id}",
        }

    def silent(self):
        """The alert about an agent that is not heard of."""
        labels = ", ".join(self.identity)
        known = f"count by ({labels}) (last_over_time({SILENT_SERIES}[{SILENT_FORGOTTEN}]))"
        heard = f"on ({labels}) last_over_time({SILENT_SERIES}[{SILENT_AFTER}])"
        return Alert(
            SILENT,
            durations.scaled(f"{known}\nunless {heard}", self.scale),
            self._time(SILENT_PATIENCE), "warning", "agent",
            {
                "summary": f"tcplens is silent: {self._host()}",
                "description": f"No data for more than {SILENT_AFTER}; its last {{{{ $value }}}} series are known.",
                "meaning": "The agent has ended, or its data does not arrive. No other alert can fire for this host.",
                "remedy": "See whether the host is up, whether tcplens runs, and what its log says of its exports.",
                "command": "systemctl status tcplens",
                "runbook_url": f"{self.runbooks}deploy/prometheus/README.md#agent_silent",
            },
            f"Five intervals without data; a host that was removed is forgotten after {SILENT_FORGOTTEN}.",
        )

    def _host(self):
        return f"{{{{ $labels.{self.identity[-1]} }}}}"

    def _time(self, seconds):
        return durations.text(seconds / self.scale)


def limit(check):
    """A threshold as people write it."""
    if check.measure == "share":
        return f"{check.threshold * 100:g} %"
    if check.measure == "duration":
        return f"{check.threshold * 1000:g} ms"
    return f"{check.threshold:g}" + ("/s" if check.measure == "per_second" else "")
