"""The registry of metrics that `tcplens metrics --format json` prints: the only source of names.

Beside it is the table of what can be wrong, from which thresholds and remedies come.

A name that the registry does not have is an error that says so. So a metric, an attribute or a value that is renamed
breaks the generation of the dashboards that use it.
"""

import dataclasses
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "registry"
PATH, FINDINGS = FOLDER / "metrics.json", FOLDER / "findings.json"


class UnknownName(Exception):
    """The registry does not have a name."""


@dataclasses.dataclass(frozen=True)
class Attribute:
    """An attribute of a metric's points; without `values` it can have any."""

    key: str
    label: str
    values: tuple | None
    is_required: bool

    def check(self, value):
        """Returns the value if the attribute can have it; an empty one means that the attribute is absent."""
        if self.values is not None and value and value not in self.values:
            raise UnknownName(f"{self.key} is never '{value}', but one of: {', '.join(self.values)}")
        return value


@dataclasses.dataclass(frozen=True, eq=False)
class Metric:
    """A metric, and how Prometheus calls it and its labels."""

    name: str
    kind: str
    unit: str
    description: str
    condition: str
    base: str
    attributes: dict

    @property
    def series(self):
        """The names of its series in Prometheus."""
        if self.kind == "histogram":
            return [f"{self.base}_bucket", f"{self.base}_sum", f"{self.base}_count"]
        return [self.base]

    def attribute(self, key):
        """The attribute with this key."""
        if key not in self.attributes:
            known = ", ".join(sorted(self.attributes)) or "no attributes"
            raise UnknownName(f"{self.name} has no attribute {key}; it has: {known}")
        return self.attributes[key]


@dataclasses.dataclass(frozen=True, eq=False)
class Finding:
    """Something that can be wrong: what it means, what to do, and how it shows."""

    name: str
    title: str
    meaning: str
    remedy: str
    command: str
    severity: str
    metrics: frozenset
    # By measure: `share`, `count`, `per_second`, `duration`.
    thresholds: dict


class Registry:
    """All metrics by their OpenTelemetry names, and the attributes of the resource."""

    def __init__(self, path=PATH):
        try:
            data = json.loads(pathlib.Path(path).read_text())
        except FileNotFoundError as error:
            raise UnknownName(f"{path} is not there; 'tcplens metrics --format json' prints it") from error
        self.path = path
        self.metrics = {entry["name"]: self._metric(entry) for entry in data["metrics"]}
        self.resource = {entry["key"]: entry["prometheus"] for entry in data["resource"]}
        findings = json.loads(FINDINGS.read_text())["findings"]
        self.findings = {entry["id"]: self._finding(entry) for entry in findings}

    @staticmethod
    def _metric(entry):
        attributes = {}
        for item in entry["attributes"]:
            values = item.get("values")
            attributes[item["key"]] = Attribute(
                item["key"], item["prometheus"], tuple(map(str, values)) if values else None, item["required"]
            )
        return Metric(
            entry["name"],
            entry["kind"],
            entry["unit"],
            entry["description"],
            entry.get("condition") or "",
            entry["prometheus"],
            attributes,
        )

    @staticmethod
    def _finding(entry):
        metrics = frozenset(name for item in entry["checks"] + entry["evidence"] for name in item["metrics"])
        thresholds = {check["measure"]: check["threshold"] for check in reversed(entry["checks"])}
        texts = (entry[key] for key in ("id", "title", "meaning", "remedy", "command", "severity"))
        return Finding(*texts, metrics, thresholds)

    def finding(self, name):
        """What is known of something that can be wrong."""
        if name not in self.findings:
            raise UnknownName(f"nothing that can be wrong is called {name} ({FINDINGS})")
        return self.findings[name]

    def metric(self, name):
        """The metric with this OpenTelemetry name."""
        if name not in self.metrics:
            raise UnknownName(f"the registry has no metric {name}: it was renamed or removed ({self.path})")
        return self.metrics[name]

    def resource_label(self, key):
        """The label of an attribute of the resource."""
        if key not in self.resource:
            raise UnknownName(f"the registry has no resource attribute {key} ({self.path})")
        return self.resource[key]

    def by_series(self):
        """The metrics by the names of their series in Prometheus."""
        return {series: metric for metric in self.metrics.values() for series in metric.series}
