"""What a test case is, and how it becomes a test of promtool."""

import dataclasses
import json
import re

from .rules import EDITIONS, FINDINGS

SERIES = re.compile(r"(\w+)(?:\{(.*)\})?(?:@(\w+))?$")


class Fires:
    """An alert that is expected, with its annotations and the labels of its group."""

    def __init__(self, summary, description, host="a", **labels):
        self.summary, self.description, self.host, self.labels = summary, description, host, labels


@dataclasses.dataclass
class Case:
    """Series of data, and what fires when.

    A series is written `metric{label="value"}@host`; the host is `a` if it is not named. A time has a list of what
    fires then, and an empty list if the alert is silent. The host `other_a` is `a` of the job `other`.
    """

    title: str
    series: dict
    expected: dict
    # How long it takes: an hour at most, some hours, or days. Fast cases run first, and slow ones at fewer times.
    stage: int = 0
    # How many recorded series there are, by their name; after 20 minutes.
    recorded: dict = dataclasses.field(default_factory=dict)

    @property
    def fires(self):
        return any(self.expected.values())


# The interval of evaluation, by stage.
INTERVALS = ("30s", "1m", "5m")


@dataclasses.dataclass
class Suite:
    """The cases of an alert."""

    alert: str
    severity: str
    cases: list

    @property
    def has_both(self):
        """Whether a case fires, and a case stays silent throughout."""
        return any(case.fires for case in self.cases) and any(not case.fires for case in self.cases)


def identity(edition, host):
    """The labels of a host."""
    job, _, instance = host.rpartition("_")
    values = {"job": job or "tcplens", "instance": instance, "host_name": host}
    return {label: values[label] for label in EDITIONS[edition]}


def _series(text, edition):
    name, labels, host = SERIES.match(text).groups()
    own = [f'{label}="{value}"' for label, value in identity(edition, host or "a").items()]
    return f"{name}{{{', '.join(own + ([labels] if labels else []))}}}"


def _findings():
    return {row["alert"]: row for row in json.loads(FINDINGS.read_text())["findings"]}


def _annotations(part, fires):
    row = _findings().get(part.name)
    if row:
        texts = {name: row[name] for name in ("meaning", "remedy", "command")}
        texts["runbook_url"] = f"docs/triage.md#{row['id']}"
    else:
        texts = {name: part.alert["annotations"][name] for name in ("meaning", "remedy", "command", "runbook_url")}
    return {"summary": fires.summary, "description": fires.description, **texts}


def document(rules, suite, part, cases, edition="rules"):
    """A file of tests for promtool; `rules` is the path of the rules."""
    return {
        "rule_files": [str(rules)],
        "evaluation_interval": INTERVALS[cases[0].stage],
        "tests": [
            {
                "name": case.title,
                "interval": "1m",
                "input_series": [
                    {"series": _series(name, edition), "values": values} for name, values in case.series.items()
                ],
                "alert_rule_test": [
                    {
                        "eval_time": time,
                        "alertname": suite.alert,
                        "exp_alerts": [
                            {
                                "exp_labels": {
                                    "severity": suite.severity, **identity(edition, fires.host), **fires.labels
                                },
                                "exp_annotations": _annotations(part, fires),
                            }
                            for fires in expected
                        ],
                    }
                    for time, expected in case.expected.items()
                ],
                "promql_expr_test": [
                    {
                        "eval_time": "20m",
                        "expr": f"count({name.replace('instance', EDITIONS[edition][-1])})",
                        "exp_samples": [{"labels": "{}", "value": count}],
                    }
                    for name, count in case.recorded.items()
                ],
            }
            for case in cases
        ],
    }
