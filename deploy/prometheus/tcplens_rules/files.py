"""The files of an edition, as text. The YAML is written here, because no library writes comments."""

import json
import textwrap

from .rules import Edition, NEEDS_BASELINE

WIDTH = 118

GENERATED = "deploy/prometheus/generate makes this file from docs/registry/findings.json: edit the source of that."

RECORDING = """\
One series for each check of a finding, named level:metric:operation. Alerts compare them with thresholds and with
their own past, which would be expensive if it were computed from the samples each time."""

ALERTS = """\
One alert for each finding, and one for an agent that is silent. docs/triage.md explains each threshold.

An alert with a factor also compares the value with its own average of the day before (1d, without the last hour).
It says `unless … <=` instead of `and … >`, so that it also fires where there is no average yet: after the
installation, or for a group that is new. Alerts that mean nothing without an average need one: {needy}."""


def texts(table, identity, scale, runbooks):
    """The files by their names."""
    edition = Edition(identity, scale, runbooks)
    records = [record for finding in table for record in edition.records(finding)]
    names = [record.name for record in records]
    if len(set(names)) != len(names):
        raise SystemExit(f"two recorded series have the same name: {sorted(names)}")
    alerts = [edition.alert(finding) for finding in table] + [edition.silent()]
    needy = ", ".join(finding.alert for finding in table if finding.id in NEEDS_BASELINE)
    subjects = list(dict.fromkeys(alert.subject for alert in alerts))
    return {
        "recording.yaml": comment(f"{GENERATED}\n\n{RECORDING}") + "groups:\n"
        + group("tcplens.recording", map(recording_rule, records)),
        "alerts.yaml": comment(f"{GENERATED}\n\n{ALERTS.format(needy=needy)}") + "groups:\n"
        + "".join(
            group(f"tcplens.{subject}", (alerting_rule(alert) for alert in alerts if alert.subject == subject))
            for subject in subjects
        ),
    }


def comment(text, indent=""):
    lines = []
    for paragraph in text.split("\n"):
        width = WIDTH - len(indent)
        lines += textwrap.wrap(paragraph, width, break_long_words=False, break_on_hyphens=False) or [""]
    return "".join(f"{indent}# {line}".rstrip() + "\n" for line in lines)


def group(name, rules):
    return f"  - name: {name}\n    rules:\n" + "".join(rules)


def block(key, text, indent):
    """A value of one line, or of several."""
    if "\n" not in text:
        return f"{indent}{key}: {scalar(text)}\n"
    return f"{indent}{key}: |-\n" + "".join(f"{indent}  {line}\n" for line in text.split("\n"))


def scalar(text):
    # JSON's strings are also YAML's.
    return json.dumps(text, ensure_ascii=False)


def recording_rule(record):
    return (
        (comment(record.comment, " " * 6) if record.comment else "")
        + f"      - record: {record.name}\n        expr: |-\n          {record.expression}\n"
    )


def alerting_rule(alert):
    return (
        comment(alert.comment, " " * 6)
        + f"      - alert: {alert.name}\n        expr: |-\n"
        + "".join(f"          {line}\n" for line in alert.expression.split("\n"))
        + f"        for: {alert.patience}\n        labels:\n          severity: {alert.severity}\n"
        + "        annotations:\n"
        + "".join(block(key, text, " " * 10) for key, text in alert.annotations.items())
    )
