"""The table of findings: what `tcplens explain --list --format json` prints."""

import dataclasses
import json
import pathlib
import re

DEFAULT = pathlib.Path(__file__).resolve().parents[3] / "docs/registry/findings.json"

# The queries of the table tell hosts apart by these.
IDENTITY = "job, instance"


@dataclasses.dataclass(frozen=True)
class Check:
    query: str
    threshold: float
    # None if there is no condition on the baseline.
    factor: float | None
    # Above this the baseline does not matter; None for never.
    ceiling: float | None
    measure: str

    @property
    def operation(self):
        """The last part of the name of its recorded series: what was done, the newest first."""
        rate = re.search(r"rate\([^\[]*\[(\w+)\]", self.query)
        rate = f"rate{rate[1]}" if rate else ""
        if self.query.startswith("histogram_quantile("):
            quantile = float(re.match(r"histogram_quantile\(([\d.]+)", self.query)[1])
            return f"p{quantile * 100:g}_{rate}"
        if re.search(r"\) / ", self.query):
            return f"ratio_{rate}" if rate else "ratio"
        over_time = re.search(r"(min|max)_over_time\(.*\[(\w+)(?::\w+)?\]", self.query)
        if over_time:
            return over_time[1] + over_time[2]
        return rate or "sum"


@dataclasses.dataclass(frozen=True)
class Finding:
    id: str
    alert: str
    title: str
    checks: tuple
    groups: tuple
    meaning: str
    remedy: str
    command: str
    reason: str
    severity: str
    # Seconds.
    patience: int
    subject: str


def read(path=DEFAULT):
    """The findings, in the order of the table."""
    return [_finding(row) for row in json.loads(path.read_text())["findings"]]


def _finding(row):
    checks = [
        Check(check["query"], check["threshold"], check.get("factor"), check.get("ceiling"), check["measure"])
        for check in row["checks"]
    ]
    names = [field.name for field in dataclasses.fields(Finding) if field.name not in ("checks", "groups")]
    return Finding(
        checks=tuple(checks), groups=tuple(row["groups"]), **{name: row.get(name, "") for name in names}
    )
