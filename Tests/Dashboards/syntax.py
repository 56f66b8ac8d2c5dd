"""PromQL's syntax trees of a dashboard's queries, with its variables replaced first."""

import datetime
import re

import promql_parser as promql

# A range that nobody writes by hand, so that the tree still shows where the variable was.
RATE_RANGE = "1234s"
RATE_INTERVAL = datetime.timedelta(seconds=1234)
VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")
VALUES = re.compile(r"^label_values\((.*),\s*([$\w]+)\)$", re.DOTALL)
NAMES = re.compile(r"^label_names\(([\w:]+)\)$")
HOST_LABELS = ("host_name", "instance")


class Unknown(Exception):
    """A variable that the dashboard does not have."""


def values(dashboard, host_label="host_name"):
    """A value for each variable: what it matches if nothing is chosen, otherwise an example."""
    result = {"__rate_interval": RATE_RANGE, "__interval": "15s", "__range": "1h"}
    for variable in dashboard.variables:
        if variable.name == "host_label":
            result[variable.name] = host_label
        elif variable.kind == "custom":
            result[variable.name] = variable.current
        else:
            result[variable.name] = variable.all_value or "example"
    return result


def substitute(text, known):
    """The text with each variable replaced by its value."""

    def value(match):
        name = match[1] or match[2]
        if name not in known:
            raise Unknown(f"${name} is not a variable of the dashboard")
        return known[name]

    return VARIABLE.sub(value, text)


def used(text):
    """The names of the variables in a text."""
    return {match[1] or match[2] for match in VARIABLE.finditer(text)}


def parse(text):
    """The tree; a ValueError says what is wrong."""
    return promql.parse(text)


def children(node):
    """The expressions in an expression."""
    kind = type(node)
    if kind is promql.BinaryExpr:
        return [node.lhs, node.rhs]
    if kind is promql.Call:
        return list(node.args)
    if kind in (promql.AggregateExpr, promql.ParenExpr, promql.UnaryExpr, promql.SubqueryExpr):
        return [node.expr]
    return []


def walk(node, above=()):
    """Each expression, with those that it is in, the nearest last."""
    yield node, above
    for child in children(node):
        yield from walk(child, (*above, node))


def selectors(tree):
    """Each selector, with the expressions that it is in."""
    for node, above in walk(tree):
        if type(node) is promql.MatrixSelector:
            yield node.vector_selector, (*above, node)
        elif type(node) is promql.VectorSelector:
            yield node, above
