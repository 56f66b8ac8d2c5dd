"""The classic form of a dashboard (schemaVersion 42), which files and sidecars provision."""

from grafana_foundation_sdk.builders import common, dashboard, heatmap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import heatmap as heatmap_models
from grafana_foundation_sdk.models import prometheus as prometheus_models

import variables
from model import threshold

SOURCE = common_models.DataSourceRef(type_val="prometheus", uid="${datasource}")
# Links from a table to the dashboard of the host, with what is chosen.
HOST_LINK = (
    "/d/tcplens-host?var-host=${__value.raw}&var-host_label=${host_label}"
    "&${datasource:queryparam}&${job:queryparam}&${interval:queryparam}&${__url_time_range}"
)


def dashboard_of(page):
    """The dashboard in the SDK's model."""
    builder = (
        dashboard.Dashboard(page.title)
        .uid(page.identifier)
        .description(page.description)
        .tags(page.tags)
        .readonly()
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .time("now-1h", "now")
        .refresh("1m")
        .variables([variable(item) for item in page.variables])
    )
    result = builder.build()
    result.links = [link()]
    # The builder would arrange panels by itself, and only the other form would have the places of the model.
    result.panels = [item for row in page.rows for item in row_of(row)]
    return result


class VisibleLink(models.DashboardLink):
    """A link above the panels. The SDK's own would always be in the menu of controls."""

    def to_json(self):
        """The link without a place, which is above the panels."""
        return {key: value for key, value in super().to_json().items() if key != "placement"}


def link():
    """A menu of all dashboards of tcplens, which keeps variables and time."""
    return VisibleLink(
        title="tcplens",
        type_val=models.DashboardLinkType.DASHBOARDS,
        tags=["tcplens"],
        as_dropdown=True,
        include_vars=True,
        keep_time=True,
    )


def variable(item):
    """A variable of any kind."""
    if item.kind == "datasource":
        return dashboard.DatasourceVariable(item.name).label(item.label).description(item.description).type(item.query)
    if item.kind == "custom":
        option = models.VariableOption(selected=True, text=item.default, value=item.default)
        return (
            dashboard.CustomVariable(item.name)
            .label(item.label)
            .description(item.description)
            .values(item.query)
            .current(option)
        )
    builder = (
        dashboard.QueryVariable(item.name)
        .label(item.label)
        .description(item.description)
        .query({"query": item.query, "refId": item.name})
        .definition(item.query)
        .datasource(SOURCE)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
        .regex(item.regex)
        .multi(item.is_multi)
        .include_all(item.is_multi)
    )
    if item.is_multi:
        everything = models.VariableOption(selected=True, text="All", value="$__all")
        builder.all_value(variables.ALL).current(everything)
    return builder


def row_of(row):
    """A row and its panels, which are in it if it is collapsed."""
    panels = [panel_of(panel) for panel in row.panels]
    head = models.RowPanel(
        collapsed=row.is_collapsed,
        title=row.title,
        id_val=row.identifier,
        grid_pos=models.GridPos(h=1, w=24, x=0, y=row.y),
        panels=panels if row.is_collapsed else [],
    )
    return [head] if row.is_collapsed else [head, *panels]


def panel_of(panel):
    """A panel with its queries."""
    x, y = panel.place
    kinds = {"timeseries": series, "stat": number, "table": columns, "heatmap": heat}
    return (
        kinds[panel.kind](panel)
        .id(panel.identifier)
        .title(panel.title)
        .description(panel.description)
        .datasource(SOURCE)
        .grid_pos(models.GridPos(h=panel.height, w=panel.width, x=x, y=y))
        .targets([target(panel, index, query) for index, query in enumerate(panel.queries)])
        .build()
    )


def target(panel, index, query):
    """A query, named by a letter."""
    builder = (
        prometheus.Dataquery()
        .ref_id(chr(ord("A") + index))
        .expr(str(query.expression))
        .legend_format(query.legend)
        .interval("$interval")
        .editor_mode(prometheus_models.QueryEditorMode.CODE)
        .datasource(SOURCE)
    )
    formats = prometheus_models.PromQueryFormat
    builder.format(formats.TABLE if panel.kind == "table" else formats.TIME_SERIES)
    return builder.instant() if panel.is_instant else builder.range()


def finish(builder, panel):
    """What all kinds have: unit, limits and colours."""
    builder.unit(panel.unit)
    if panel.minimum is not None:
        builder.min(panel.minimum)
    if panel.maximum is not None:
        builder.max(panel.maximum)
    builder.thresholds(dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps(panel.threshold)))
    return builder


def steps(step):
    """Green, and another colour from a threshold on."""
    result = [models.Threshold(value=None, color="green")]
    return result + [models.Threshold(value=step[0], color=step[1])] if step else result


def series(panel):
    """Lines over time; those on the right axis are dashed and grey."""
    builder = (
        timeseries.Panel()
        .fill_opacity(60 if panel.is_stacked else 8)
        .line_width(1)
        .show_points(common_models.VisibilityMode.NEVER)
        .tooltip(
            common.VizTooltipOptions()
            .mode(common_models.TooltipDisplayMode.MULTI)
            .sort(common_models.SortOrder.DESCENDING)
        )
        .legend(
            common.VizLegendOptions()
            .display_mode(common_models.LegendDisplayMode.LIST)
            .placement(common_models.LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs([])
        )
        .color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    )
    if panel.is_stacked:
        builder.stacking(common.StackingConfig().mode(common_models.StackingMode.NORMAL).group("A"))
    if panel.threshold:
        builder.thresholds_style(
            common.GraphThresholdsStyleConfig().mode(common_models.GraphThresholdsStyleMode.DASHED)
        )
    for index, query in enumerate(panel.queries):
        if query.axis:
            builder.override_by_query(chr(ord("A") + index), right_axis(query))
    return finish(builder, panel)


def right_axis(query):
    """The properties of a line on the right axis.

    Lines of one unit share an axis, unless one has another name.
    """
    grey = {"mode": models.FieldColorModeId.FIXED, "fixedColor": "text"}
    return [
        models.DynamicConfigValue(id_val=name, value=value)
        for name, value in {
            "unit": query.unit,
            "color": grey,
            "custom.axisPlacement": common_models.AxisPlacement.RIGHT,
            "custom.axisLabel": query.axis,
            "custom.lineStyle": {"fill": "dash", "dash": [4, 4]},
            "custom.fillOpacity": 0,
            "custom.thresholdsStyle": {"mode": common_models.GraphThresholdsStyleMode.OFF},
            "custom.stacking": {"mode": common_models.StackingMode.NONE, "group": "A"},
        }.items()
    ]


def number(panel):
    """One large number."""
    return finish(
        stat.Panel()
        .graph_mode(common_models.BigValueGraphMode.NONE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"])),
        panel,
    )


def columns(panel):
    """A table with a column for each query, joined by the labels that they share."""
    names = {f"Value #{chr(ord('A') + index)}": query.column for index, query in enumerate(panel.queries)}
    if len(panel.queries) == 1:
        names["Value"] = panel.queries[0].column
    builder = table.Panel().with_transformation(models.DataTransformerConfig(id_val="merge", options={}))
    builder.with_transformation(
        models.DataTransformerConfig(
            id_val="organize",
            options={"excludeByName": {"Time": True}, "indexByName": {}, "renameByName": names},
        )
    )
    builder.sort_by([common.TableSortByFieldState().display_name(panel.queries[0].column).desc(True)])
    for query in panel.queries:
        properties = [models.DynamicConfigValue(id_val="unit", value=query.unit or panel.unit)]
        if step := threshold(query.finding, query.unit or panel.unit):
            colour = {"mode": models.ThresholdsMode.ABSOLUTE, "steps": steps(step)}
            properties.append(models.DynamicConfigValue(id_val="thresholds", value=colour))
            cell = {"type": "color-text"}
            properties.append(models.DynamicConfigValue(id_val="custom.cellOptions", value=cell))
        builder.override_by_name(query.column, properties)
    link = {"title": "Host or workload", "url": HOST_LINK, "targetBlank": False}
    builder.override_by_regexp(variables.HOST_LABELS, [models.DynamicConfigValue(id_val="links", value=[link])])
    return finish(builder, panel)


def heat(panel):
    """A row of coloured cells for each series."""
    builder = (
        heatmap.Panel()
        .calculate(False)
        .color(
            heatmap.HeatmapColorOptions()
            .mode(heatmap_models.HeatmapColorMode.SCHEME)
            .scheme("Oranges")
            .scale(heatmap_models.HeatmapColorScale.EXPONENTIAL)
            .exponent(0.5)
            .steps(64)
            .fill("dark-orange")
            .reverse(False)
        )
        .cell_gap(1)
        .cell_values(heatmap.CellValues().unit(panel.unit))
        .rows_frame(heatmap.RowsHeatmapOptions().layout(common_models.HeatmapCellLayout.AUTO))
        .tooltip(heatmap.HeatmapTooltip().mode(common_models.TooltipDisplayMode.SINGLE))
        .show_legend()
    )
    return finish(builder, panel)
