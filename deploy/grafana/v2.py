"""The V2 form of a dashboard, which Grafana 13's interface and Git sync use.

Panels are those of the classic form, in other wrappings. So both show the same.
"""

import json

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboardv2 as models
from grafana_foundation_sdk.models import resource

import classic
import variables

API = "dashboard.grafana.app/v2"
SOURCE = models.Dashboardv2DataQueryKindDatasource(name="${datasource}")


def manifest(page):
    """The dashboard as a resource of Grafana's interface."""
    spec = models.Dashboard(
        title=page.title,
        description=page.description,
        tags=page.tags,
        editable=False,
        cursor_sync=models.DashboardCursorSync.CROSSHAIR,
        time_settings=models.TimeSettingsSpec(
            from_val="now-1h",
            to="now",
            auto_refresh="1m",
            auto_refresh_intervals=["5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h", "2h", "1d"],
        ),
        links=[models.DashboardLink.from_json(plain(classic.link()))],
        variables=[variable(item) for item in page.variables],
        elements={name(panel): element(panel) for row in page.rows for panel in row.panels},
        layout=models.RowsLayoutKind(models.RowsLayoutSpec(rows=[row_of(row) for row in page.rows])),
    )
    return resource.Manifest(API, "Dashboard", resource.Metadata(name=page.identifier), spec)


def plain(value):
    """A model as JSON without its types."""
    return json.loads(json.dumps(value, cls=JSONEncoder))


def name(panel):
    """The name by which the layout refers to a panel."""
    return f"panel-{panel.identifier}"


def variable(item):
    """A variable of any kind."""
    if item.kind == "datasource":
        return models.DatasourceVariableKind(
            models.DatasourceVariableSpec(
                name=item.name, label=item.label, description=item.description, plugin_id=item.query
            )
        )
    if item.kind == "custom":
        return models.CustomVariableKind(
            models.CustomVariableSpec(
                name=item.name,
                label=item.label,
                description=item.description,
                query=item.query,
                current=models.VariableOption(selected=True, text=item.default, value=item.default),
            )
        )
    spec = models.QueryVariableSpec(
        name=item.name,
        label=item.label,
        description=item.description,
        query=data_query({"query": item.query, "refId": item.name}),
        definition=item.query,
        refresh=models.VariableRefresh.ON_TIME_RANGE_CHANGED,
        sort=models.VariableSort.ALPHABETICAL_ASC,
        regex=item.regex,
        multi=item.is_multi,
        include_all=item.is_multi,
    )
    if item.is_multi:
        spec.all_value = variables.ALL
        spec.current = models.VariableOption(selected=True, text="All", value="$__all")
    return models.QueryVariableKind(spec)


def data_query(spec):
    """A query of the data source that the variable names."""
    return models.DataQueryKind(group="prometheus", version="v0", datasource=SOURCE, spec=spec)


def element(panel):
    """A panel: what the classic form has, in V2's structure."""
    built = plain(classic.panel_of(panel))
    queries = []
    for target in built["targets"]:
        reference = target.pop("refId")
        del target["datasource"]
        queries.append(
            models.PanelQueryKind(models.PanelQuerySpec(query=data_query(target), ref_id=reference, hidden=False))
        )
    transformations = [
        models.TransformationKind(group=item["id"], spec=models.TransformationSpec(options=item["options"]))
        for item in built.get("transformations", [])
    ]
    picture = models.VizConfigSpec(
        options=built["options"], field_config=models.FieldConfigSource.from_json(built["fieldConfig"])
    )
    return models.PanelKind(
        models.PanelSpec(
            id_val=panel.identifier,
            title=panel.title,
            description=panel.description,
            data=models.QueryGroupKind(models.QueryGroupSpec(queries=queries, transformations=transformations)),
            viz_config=models.VizConfigKind(group=built["type"], spec=picture),
        )
    )


def row_of(row):
    """A row. The places in it begin at its own top."""
    items = [
        models.GridLayoutItemKind(
            models.GridLayoutItemSpec(
                x=panel.place[0],
                y=panel.place[1] - row.y - 1,
                width=panel.width,
                height=panel.height,
                element=models.ElementReference(name=name(panel)),
            )
        )
        for panel in row.panels
    ]
    grid = models.GridLayoutKind(models.GridLayoutSpec(items=items))
    return models.RowsLayoutRowKind(models.RowsLayoutRowSpec(title=row.title, collapse=row.is_collapsed, layout=grid))
