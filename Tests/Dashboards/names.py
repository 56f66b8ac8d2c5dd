"""Whether every metric, label and label value of every query is in the registry: for that metric, not just anywhere."""

import promql_parser as promql

import syntax

# What other SDKs and backends make, with the values of labels where only some are possible.
HTTP_LABELS = {
    label: None
    for label in (
        "http_request_method",
        "http_response_status_code",
        "http_route",
        "url_scheme",
        "error_type",
        "network_protocol_name",
        "network_protocol_version",
        "server_address",
        "server_port",
    )
}
HTTP = "http_server_request_duration_seconds"
OTHERS = {f"{HTTP}_{part}": HTTP_LABELS for part in ("bucket", "sum", "count")} | {"target_info": {}}
# Labels that backends add to each series.
BACKEND = {"job", "instance"}
ANYTHING = (".*", ".+")


class Names:
    """What series and labels there are."""

    def __init__(self, registry):
        self.series = registry.by_series()
        self.resource = set(registry.resource.values())

    def labels(self, name):
        """The labels of a series with their values (None: any), and those that are always there; None if unknown."""
        if name in OTHERS:
            known, required = dict(OTHERS[name]), set()
        elif name in self.series:
            attributes = self.series[name].attributes.values()
            known = {attribute.label: attribute.values for attribute in attributes}
            required = {attribute.label for attribute in attributes if attribute.is_required}
        else:
            return None
        if name.endswith("_bucket"):
            known["le"] = None
        return known | dict.fromkeys(self.resource | BACKEND), required

    def findings(self, dashboard):
        """What is wrong with the names in a dashboard's queries and variables, as (place, text)."""
        for host_label in syntax.HOST_LABELS:
            known = syntax.values(dashboard, host_label)
            for place, text in expressions(dashboard):
                try:
                    tree = syntax.parse(syntax.substitute(text, known))
                except (ValueError, syntax.Unknown) as error:
                    yield place, str(error)
                    continue
                for finding in self.of_tree(tree):
                    yield place, finding
            for variable in dashboard.variables:
                for finding in self.of_variable(variable, known):
                    yield f"${variable.name}", finding

    def of_variable(self, variable, known):
        """What is wrong with the query of a variable."""
        if variable.kind != "query":
            return
        try:
            query = syntax.substitute(variable.query, known)
        except syntax.Unknown as error:
            yield str(error)
            return
        of_names, of_values = syntax.NAMES.match(query), syntax.VALUES.match(query)
        if of_names:
            # Grafana searches for the name in the names of series.
            if not any(of_names[1] in name for name in self.series):
                yield f"no metric is called {of_names[1]}"
        elif of_values:
            tree = syntax.parse(of_values[1])
            yield from self.of_tree(tree)
            for selector, _ in syntax.selectors(tree):
                labels = self.labels(selector.name)
                if labels and of_values[2] not in labels[0]:
                    yield f"{selector.name} has no label {of_values[2]}"
        else:
            yield f"not a query of label names or values: {query}"

    def of_tree(self, tree):
        """What is wrong with the selectors of a query, and with the labels that it groups and joins by."""
        for selector, above in syntax.selectors(tree):
            found = self.labels(selector.name)
            if found is None:
                yield f"no metric is called {selector.name}"
                continue
            known, required = found
            yield from self.of_matchers(selector, known, required)
            for node in above:
                for label in labels_of(node):
                    if label not in known:
                        yield f"{selector.name} has no label {label}"

    @staticmethod
    def of_matchers(selector, known, required):
        """What is wrong with the matchers of a selector."""
        for matcher in selector.matchers.matchers:
            if matcher.name not in known:
                yield f"{selector.name} has no label {matcher.name}"
                continue
            if matcher.value == "" and matcher.op == promql.MatchOp.Equal and matcher.name in required:
                yield f"{selector.name} always has the label {matcher.name}"
            values = known[matcher.name]
            regular = matcher.op in (promql.MatchOp.Re, promql.MatchOp.NotRe)
            for value in matcher.value.split("|") if regular else [matcher.value]:
                if values is not None and value and value not in values and not (regular and value in ANYTHING):
                    yield f"{selector.name}: {matcher.name} is never '{value}'"


def expressions(dashboard):
    """Each query of a dashboard, with the title of its panel and its letter."""
    for panel in dashboard.panels:
        for query in panel.queries:
            yield f"{panel.title}, {query.reference}", query.expression


def labels_of(node):
    """The labels that an aggregation groups by, or an operation joins on."""
    kind = type(node)
    if kind is promql.AggregateExpr and node.modifier is not None:
        return node.modifier.labels
    if kind is promql.BinaryExpr and node.modifier is not None and node.modifier.matching is not None:
        return node.modifier.matching.labels
    return []


def metrics_of(dashboard):
    """The names of all series in a dashboard's queries."""
    known = syntax.values(dashboard)
    result = set()
    for _, text in expressions(dashboard):
        tree = syntax.parse(syntax.substitute(text, known))
        result |= {selector.name for selector, _ in syntax.selectors(tree)}
    return result
