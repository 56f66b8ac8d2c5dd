"""What a dashboard is, before it becomes one of Grafana's two forms."""

import dataclasses

import registry as registries

COLUMNS = 24

# Grafana's units, by the unit of a metric and by that of its rate.
UNITS = {"s": ("s", "percentunit"), "By": ("bytes", "Bps")}
COUNT = ("short", "cps")
# How thresholds are measured, by Grafana's units.
MEASURES = {"short": "count", "percentunit": "share", "cps": "per_second", "s": "duration"}


def unit_of(metric, rate=False):
    """Grafana's unit for a metric: in annotations such as {segment} there are no units, so they are counts."""
    if metric.unit not in UNITS and not metric.unit.startswith("{"):
        raise registries.UnknownName(f"{metric.name} has the unit {metric.unit}, for which Grafana's is not known")
    return UNITS.get(metric.unit, COUNT)[1 if rate else 0]


def threshold(finding, unit):
    """The threshold of a finding and its colour, if it is of this unit. More than 0 of what is counted is 1."""
    measure = MEASURES.get(unit)
    value = finding and finding.thresholds.get(measure)
    value = 1 if value == 0 and measure == "count" else value
    return (value, "red" if finding.severity == "critical" else "orange") if value else None


@dataclasses.dataclass
class Query:
    """A query of a panel.

    `unit` is only set if it differs from that of the panel, and `axis` for lines that have an axis of their own, at the
    right: it is the name of the axis.
    """

    expression: object
    legend: str
    unit: str = ""
    column: str = ""
    axis: str = ""
    finding: object = None


@dataclasses.dataclass
class Panel:
    """A panel: `kind` is Grafana's name of its type."""

    title: str
    text: str
    queries: list
    unit: str
    kind: str = "timeseries"
    width: int = 8
    height: int = 8
    is_stacked: bool = False
    minimum: float | None = 0
    maximum: float | None = None
    findings: tuple = ()
    identifier: int = 0
    place: tuple = (0, 0)

    @property
    def metrics(self):
        """The metrics of all queries, in the order of their first use."""
        return list(dict.fromkeys(metric for query in self.queries for metric in query.expression.metrics))

    @property
    def description(self):
        """What the panel shows, what it means when something is wrong, and what the registry says of its metrics."""
        lines = [self.text, ""]
        for finding in self.findings:
            lines.append(f"**{finding.title}.** {finding.meaning} {finding.remedy} `{finding.command}`\n")
        for metric in self.metrics:
            condition = f" Needs: {metric.condition}." if metric.condition else ""
            lines.append(f"- `{metric.name}`: {metric.description}{condition}")
        return "\n".join(lines)

    @property
    def threshold(self):
        """Where it becomes a warning, if that is a value of the panel's unit, with the colour."""
        return next((step for finding in self.findings if (step := threshold(finding, self.unit))), None)

    @property
    def is_instant(self):
        """Whether only the last value is asked for."""
        return self.kind in ("table", "stat")


@dataclasses.dataclass
class Row:
    """A row of panels, which may be closed at first."""

    title: str
    panels: list
    is_collapsed: bool = False
    identifier: int = 0
    y: int = 0


@dataclasses.dataclass
class Dashboard:
    """A dashboard. Its identifier is the end of its address in Grafana."""

    identifier: str
    title: str
    description: str
    variables: list
    rows: list
    # What can be wrong where a panel shows it: names of findings, by the title of the panel.
    findings: dict = dataclasses.field(default_factory=dict)
    tags: list = dataclasses.field(default_factory=lambda: ["tcplens", "tcp", "opentelemetry"])

    def finish(self, registry):
        """Looks up findings by their names, and gives each row and panel its identifier and place."""
        panels = {panel.title: panel for row in self.rows for panel in row.panels}
        for title, names in self.findings.items():
            panels[title].findings = tuple(registry.finding(name) for name in names.split())
        number = y = 0
        for row in self.rows:
            number += 1
            row.identifier, row.y = number, y
            # A closed row has the height of its title, wherever the panels in it are.
            top = arrange(row.panels, y + 1, number)
            number += len(row.panels)
            y = y + 1 if row.is_collapsed else top
        return self


def arrange(panels, y, number):
    """Places panels below `y`, and returns where the next row begins."""
    x = height = 0
    for panel in panels:
        number += 1
        if x + panel.width > COLUMNS:
            x, y, height = 0, y + height, 0
        panel.identifier, panel.place = number, (x, y)
        x, height = x + panel.width, max(height, panel.height)
    return y + height
