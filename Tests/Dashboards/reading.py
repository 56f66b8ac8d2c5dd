"""Dashboards as they are in the files, in either form, with what the checks need to know."""

import dataclasses
import json
import pathlib

GRAFANA = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "grafana"
FORMS = ("classic", "v2")


@dataclasses.dataclass
class Query:
    """A query of a panel, with the unit that its values are shown in."""

    expression: str
    legend: str
    reference: str
    interval: str
    datasource: str
    unit: str
    column: str


@dataclasses.dataclass
class Panel:
    """A panel. Its place is x, y, width and height, from the top of the dashboard or of its row."""

    title: str
    description: str
    kind: str
    unit: str
    queries: list
    place: tuple
    row: str


@dataclasses.dataclass
class Variable:
    """A variable. `current` is its value when the dashboard is opened, if the file says so."""

    name: str
    kind: str
    query: str
    description: str
    datasource: str
    current: object
    all_value: str | None
    regex: str


@dataclasses.dataclass
class Dashboard:
    """A dashboard of either form."""

    identifier: str
    title: str
    description: str
    form: str
    is_editable: bool
    tags: list
    links: list
    refresh: str
    variables: list
    panels: list
    rows: list


def paths(form):
    """The files of a form."""
    return sorted((GRAFANA / form).glob("*.json"))


def everything():
    """All dashboards in both forms, as JSON by form and name."""
    return {(form, path.stem): json.loads(path.read_text()) for form in FORMS for path in paths(form)}


def read(form, data):
    """A dashboard of a form."""
    return {"classic": classic, "v2": v2}[form](data)


def units(config, references, columns):
    """The unit of each query: that of the panel, unless one is set for the query or for its column."""
    result = {reference: config["defaults"].get("unit", "") for reference in references}
    for override in config["overrides"]:
        for item in override["properties"]:
            if item["id"] != "unit":
                continue
            wanted = override["matcher"]["options"]
            for reference in references:
                by_query = override["matcher"]["id"] == "byFrameRefID" and wanted == reference
                by_name = override["matcher"]["id"] == "byName" and wanted == columns.get(reference)
                if by_query or by_name:
                    result[reference] = item["value"]
    return result


def columns_of(transformations):
    """The name of the column of each query of a table."""
    result = {}
    for options in transformations:
        for name, column in options.get("renameByName", {}).items():
            result[name.removeprefix("Value #")] = column
    return result


def queries_of(targets, config, transformations):
    """The queries, from `(reference, spec, datasource)`."""
    columns = columns_of(transformations)
    known = units(config, [reference for reference, _, _ in targets], columns)
    return [
        Query(
            spec["expr"],
            spec.get("legendFormat", ""),
            reference,
            spec.get("interval", ""),
            source,
            known[reference],
            columns.get(reference, ""),
        )
        for reference, spec, source in targets
    ]


def classic(data):
    """A dashboard of the classic form."""
    rows, panels, row = [], [], ""
    for item in data["panels"]:
        inner = [item]
        if item["type"] == "row":
            row = item["title"]
            rows.append((row, item["collapsed"], tuple(item["gridPos"][key] for key in "xywh")))
            inner = item["panels"]
        panels += [classic_panel(panel, row) for panel in inner if panel["type"] != "row"]
    variables = [
        Variable(
            item["name"],
            item["type"],
            item["query"]["query"] if isinstance(item["query"], dict) else item["query"],
            item.get("description", ""),
            item.get("datasource", {}).get("uid", ""),
            item.get("current", {}).get("value"),
            item.get("allValue"),
            item.get("regex", ""),
        )
        for item in data["templating"]["list"]
    ]
    return Dashboard(
        data["uid"],
        data["title"],
        data.get("description", ""),
        "classic",
        data["editable"],
        data["tags"],
        data["links"],
        data["refresh"],
        variables,
        panels,
        rows,
    )


def classic_panel(panel, row):
    """A panel of the classic form."""
    targets = [(target["refId"], target, target["datasource"]["uid"]) for target in panel["targets"]]
    options = [item["options"] for item in panel.get("transformations", [])]
    return Panel(
        panel.get("title", ""),
        panel.get("description", ""),
        panel["type"],
        panel["fieldConfig"]["defaults"].get("unit", ""),
        queries_of(targets, panel["fieldConfig"], options),
        tuple(panel["gridPos"][key] for key in "xywh"),
        row,
    )


def v2(data):
    """A dashboard of the form V2."""
    spec = data["spec"]
    rows, panels = [], []
    for row in spec["layout"]["spec"]["rows"]:
        rows.append((row["spec"]["title"], row["spec"]["collapse"], None))
        for item in row["spec"]["layout"]["spec"]["items"]:
            place = tuple(item["spec"][key] for key in ("x", "y", "width", "height"))
            panel = spec["elements"][item["spec"]["element"]["name"]]["spec"]
            panels.append(v2_panel(panel, place, row["spec"]["title"]))
    return Dashboard(
        data["metadata"]["name"],
        spec["title"],
        spec.get("description", ""),
        "v2",
        spec["editable"],
        spec["tags"],
        spec["links"],
        spec["timeSettings"]["autoRefresh"],
        [v2_variable(item) for item in spec["variables"]],
        panels,
        rows,
    )


def v2_variable(item):
    """A variable of the form V2."""
    spec, kind = item["spec"], item["kind"].removesuffix("Variable").lower()
    query = spec["query"]["spec"]["query"] if kind == "query" else spec.get("query", spec.get("pluginId"))
    source = spec["query"]["datasource"]["name"] if kind == "query" else ""
    current = spec["current"].get("value") or None
    return Variable(
        spec["name"],
        kind,
        query,
        spec.get("description", ""),
        source,
        current,
        spec.get("allValue"),
        spec.get("regex", ""),
    )


def v2_panel(spec, place, row):
    """A panel of the form V2."""
    data, picture = spec["data"]["spec"], spec["vizConfig"]
    targets = []
    for item in data["queries"]:
        query = item["spec"]["query"]
        targets.append((item["spec"]["refId"], query["spec"], query["datasource"]["name"]))
    config = picture["spec"]["fieldConfig"]
    options = [item["spec"]["options"] for item in data["transformations"]]
    return Panel(
        spec["title"],
        spec["description"],
        picture["group"],
        config["defaults"].get("unit", ""),
        queries_of(targets, config, options),
        place,
        row,
    )
