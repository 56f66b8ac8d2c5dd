"""The rules of the usual linters, and some of our own. Each is a function that yields (place, text) for a dashboard."""

import re

import promql_parser as promql

import names
import syntax
import units

COLUMNS = 24
DATASOURCE = "${datasource}"
RATES = ("rate", "irate", "increase")
LEGEND = re.compile(r"\{\{\s*([$\w]+)\s*\}\}")
# Kinds of panels whose legends say which series is which.
WITH_LEGEND = ("timeseries", "heatmap")
SINCE_START = "since the start"
HTTP = "http_server_request_duration_seconds_"


def trees(dashboard):
    """The tree of each query that can be parsed; `names` reports the others."""
    known = syntax.values(dashboard)
    for panel in dashboard.panels:
        for query in panel.queries:
            try:
                yield panel, query, syntax.parse(syntax.substitute(query.expression, known))
            except (ValueError, syntax.Unknown):
                continue


def titles(dashboard, registry):
    """Titles and descriptions, by which one panel differs from another."""
    if not dashboard.title or not dashboard.description:
        yield "dashboard", "no title or no description"
    seen = set()
    for panel in dashboard.panels:
        if not panel.title or not panel.description:
            yield panel.title, "no title or no description"
        if panel.title in seen:
            yield panel.title, "another panel has the same title"
        seen.add(panel.title)
        if not panel.queries:
            yield panel.title, "no queries"


def described(dashboard, registry):
    """The description of a panel has what the registry says of each metric in it."""
    series = registry.by_series()
    for panel, _, tree in trees(dashboard):
        for selector, _ in syntax.selectors(tree):
            metric = series.get(selector.name)
            if metric and metric.description not in panel.description:
                yield panel.title, f"the description does not have that of {metric.name}"


def shown_units(dashboard, registry):
    """Each query has a unit, and it is the one that follows from its metrics."""
    calculator = units.Units(registry)
    for panel, query, tree in trees(dashboard):
        if not query.unit:
            yield panel.title, f"{query.reference} has no unit"
            continue
        try:
            fitting = units.fitting(calculator.of(tree))
        except (units.Contradiction, KeyError) as error:
            yield panel.title, f"{query.reference}: {error}"
            continue
        if query.unit not in fitting:
            yield (
                panel.title,
                f"{query.reference} is shown in {query.unit}, but has: {', '.join(sorted(fitting)) or '?'}",
            )


def rate_intervals(dashboard, registry):
    """Each rate is over $__rate_interval, and the interval of the agents is the least step."""
    for panel, query, tree in trees(dashboard):
        for node, above in syntax.walk(tree):
            if type(node) is promql.MatrixSelector and above[-1].func.name in RATES:
                if node.range != syntax.RATE_INTERVAL:
                    yield panel.title, f"{query.reference} has a rate over {node.range}"
        if query.interval != "$interval":
            yield panel.title, f"{query.reference} does not have $interval as its least step"


def counters(dashboard, registry):
    """Counters and histograms are only looked at as rates, unless the title says otherwise, and nothing else is."""
    series = registry.by_series()
    for panel, query, tree in trees(dashboard):
        for selector, above in syntax.selectors(tree):
            metric = series.get(selector.name)
            counts = selector.name in names.OTHERS or metric and metric.kind in ("counter", "histogram")
            calls = {node.func.name for node in above if type(node) is promql.Call}
            if counts and not calls & set(RATES) and not panel.title.endswith(SINCE_START):
                yield panel.title, f"{query.reference}: {selector.name} counts, and is not in a rate"
            if not counts and calls & set(RATES):
                yield panel.title, f"{query.reference}: {selector.name} does not count, and is in a rate"


def quantiles(dashboard, registry):
    """The buckets of a quantile keep their bounds."""
    for panel, query, tree in trees(dashboard):
        for node, _ in syntax.walk(tree):
            if type(node) is promql.Call and node.func.name == "histogram_quantile":
                inner = node.args[-1]
                if type(inner) is promql.AggregateExpr and "le" not in names.labels_of(inner):
                    yield panel.title, f"{query.reference}: the sum does not keep le"


def sources(dashboard, registry):
    """The data source is a variable, everywhere."""
    if [variable.kind for variable in dashboard.variables[:1]] != ["datasource"]:
        yield "variables", "the first is not the data source"
    for variable in dashboard.variables:
        if variable.kind == "query" and variable.datasource != DATASOURCE:
            yield f"${variable.name}", f"has the data source {variable.datasource}"
    for panel in dashboard.panels:
        for query in panel.queries:
            if query.datasource != DATASOURCE:
                yield panel.title, f"{query.reference} has the data source {query.datasource}"


def matchers(dashboard, registry):
    """Each selector looks only at what is chosen: job and host, or job and service; HTTP metrics at the service."""
    wanted = ({"$job", "$host"}, {"$job", "$service"})
    for panel in dashboard.panels:
        for query in panel.queries:
            for name, text in re.findall(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}", query.expression):
                found = {value for value in re.findall(r'=~"(\$\w+)"', text)}
                enough = {"$service"} <= found if name.startswith(HTTP) else any(each <= found for each in wanted)
                if not enough:
                    yield panel.title, f"{query.reference}: {name} is not limited to what is chosen"
            for selector, _ in selectors_without_braces(query.expression, dashboard):
                yield panel.title, f"{query.reference}: {selector} is not limited to what is chosen"


def selectors_without_braces(text, dashboard):
    """Selectors that have no matchers at all."""
    try:
        tree = syntax.parse(syntax.substitute(text, syntax.values(dashboard)))
    except (ValueError, syntax.Unknown):
        return
    for selector, _ in syntax.selectors(tree):
        if not selector.matchers.matchers:
            yield selector.name, selector


def legends(dashboard, registry):
    """Legends name what the query keeps, and all of it; tables have columns."""
    for panel, query, tree in trees(dashboard):
        if panel.kind == "table":
            if not query.column or query.column == f"Value #{query.reference}":
                yield panel.title, f"the column of {query.reference} has no name"
            continue
        if not query.legend:
            yield panel.title, f"{query.reference} has no legend"
            continue
        named = set(LEGEND.findall(syntax.substitute(query.legend, syntax.values(dashboard))))
        kept = kept_labels(tree)
        for label in named - kept:
            yield panel.title, f"the legend of {query.reference} has {label}, which the query does not keep"
        for label in kept - named:
            # HTTP and TCP are joined by both, but the namespace of a service is rarely needed to know it.
            if panel.kind in WITH_LEGEND and label != "service_namespace":
                yield panel.title, f"the legend of {query.reference} does not have {label}"


def kept_labels(node):
    """The labels that a query's series have."""
    kind = type(node)
    if kind is promql.AggregateExpr:
        if str(node.op) in ("topk", "bottomk"):
            return kept_labels(node.expr)
        return set(node.modifier.labels) if node.modifier else set()
    if kind is promql.Call:
        return kept_labels(node.args[-1]) - ({"le"} if node.func.name == "histogram_quantile" else set())
    if kind is promql.BinaryExpr:
        return kept_labels(node.lhs)
    if kind in (promql.ParenExpr, promql.UnaryExpr):
        return kept_labels(node.expr)
    return {"every label of a selector that is not aggregated"}


def settings(dashboard, registry):
    """Nobody can edit it by hand, it is found by its tag, it leads to the others, and it is up to date."""
    if dashboard.is_editable:
        yield "dashboard", "is editable"
    if "tcplens" not in dashboard.tags:
        yield "dashboard", "does not have the tag tcplens"
    if not any(link["type"] == "dashboards" and "tcplens" in link["tags"] for link in dashboard.links):
        yield "dashboard", "does not lead to the others"
    for link in dashboard.links:
        if not link["includeVars"] or not link["keepTime"]:
            yield "dashboard", "a link forgets variables or the time"
    if not dashboard.refresh:
        yield "dashboard", "does not refresh"


def variables(dashboard, registry):
    """Each variable says what it is for, and is used."""
    names = [variable.name for variable in dashboard.variables]
    for name in ("datasource", "interval", "job", "host_label", "host"):
        if name not in names:
            yield f"${name}", "is missing"
    texts = [text for panel in dashboard.panels for query in panel.queries for text in vars(query).values()]
    texts += [variable.query for variable in dashboard.variables] + [v.datasource for v in dashboard.variables]
    used = set().union(*map(syntax.used, texts))
    for variable in dashboard.variables:
        if not variable.description:
            yield f"${variable.name}", "has no description"
        if variable.name not in used:
            yield f"${variable.name}", "is not used"


def layout(dashboard, registry):
    """Panels fill 24 columns without overlapping, and are of a height that shows something."""
    closed = {title for title, is_closed, _ in dashboard.rows if is_closed}
    cells, widths = {}, {}

    def grid(row):
        # In V2, and in a closed row, places are those within the row.
        return row if dashboard.form == "v2" or row in closed else None

    def take(title, grid, place):
        x, y, width, height = place
        for cell in ((column, line) for column in range(x, x + width) for line in range(y, y + height)):
            other = cells.setdefault((grid, *cell), title)
            if other != title:
                yield title, f"overlaps with {other}"
                return

    for title, _, place in dashboard.rows:
        if not any(panel.row == title for panel in dashboard.panels):
            yield title, "is an empty row"
        if place:
            if place[2:] != (COLUMNS, 1):
                yield title, "is not a row of full width"
            yield from take(f"row {title}", None, place)
    for panel in dashboard.panels:
        x, y, width, height = panel.place
        if x < 0 or width < 1 or x + width > COLUMNS:
            yield panel.title, "is not within the columns"
        if not (3 if panel.kind == "stat" else 6) <= height <= 12:
            yield panel.title, f"has the height {height}"
        yield from take(panel.title, grid(panel.row), panel.place)
        widths[panel.row, y] = widths.get((panel.row, y), 0) + width
    for (row, y), width in widths.items():
        if width != COLUMNS:
            yield row, f"the panels at {y} are {width} columns wide"


RULES = [
    titles,
    described,
    shown_units,
    rate_intervals,
    counters,
    quantiles,
    sources,
    matchers,
    legends,
    settings,
    variables,
    layout,
]


def findings(dashboard, registry):
    """What is wrong with a dashboard, as (rule, place, text)."""
    for rule in RULES:
        for place, text in rule(dashboard, registry):
            yield rule.__name__, place, text
