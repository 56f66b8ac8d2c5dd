"""The committed rules, and the parts of them that belong to one alert."""

import copy
import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROMETHEUS = ROOT / "deploy/prometheus"
PROMTOOL = ROOT / ".build/backends/promtool"
FINDINGS = ROOT / "docs/registry/findings.json"
METRICS = ROOT / "docs/registry/metrics.json"

# The editions with the labels by which they tell hosts apart.
EDITIONS = {"rules": ("job", "instance"), "rules-by-host": ("host_name",)}

RECORD = re.compile(r"[a-z_]+:tcplens_\w+:\w+")


def groups(edition):
    """All groups of an edition."""
    found = []
    for name in ("recording.yaml", "alerts.yaml"):
        found += yaml.safe_load((PROMETHEUS / edition / name).read_text())["groups"]
    return found


class Part:
    """An alert with the recording rules that it uses, as one group: they are evaluated in this order."""

    def __init__(self, alert, records):
        self.alert, self.records = alert, records

    @property
    def name(self):
        return self.alert["alert"]

    @property
    def document(self):
        return {"groups": [{"name": "test", "rules": [*self.records, self.alert]}]}

    def copy(self):
        return copy.deepcopy(self)


def parts(edition="rules"):
    """The alerts of an edition, by their names."""
    rules = [rule for group in groups(edition) for rule in group["rules"]]
    records = {rule["record"]: rule for rule in rules if "record" in rule}
    found = {}
    for rule in rules:
        if "alert" in rule:
            used = dict.fromkeys(RECORD.findall(rule["expr"]))
            found[rule["alert"]] = Part(rule, [records[name] for name in used])
    return found
