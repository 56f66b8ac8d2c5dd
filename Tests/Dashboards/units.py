"""The unit of a query's values, worked out from the units of its metrics, as exponents of seconds and bytes."""

import promql_parser as promql

import names

NONE = {}
KNOWN = {"s": {"s": 1}, "By": {"By": 1}}
RATES = ("rate", "irate", "deriv")

# Grafana's units for each; a share is a number, too.
GRAFANA = {
    (): {"short", "percentunit", "none"},
    (("s", 1),): {"s"},
    (("s", -1),): {"cps", "reqps", "pps", "ops"},
    (("By", 1),): {"bytes"},
    (("By", 1), ("s", -1)): {"Bps"},
}


class Contradiction(Exception):
    """Values of different units are added or compared."""


class Units:
    """The units of queries."""

    def __init__(self, registry):
        self.series = registry.by_series()

    def of_series(self, name):
        """The unit of a series. Numbers of observations have none; buckets have that of their bounds."""
        if name.endswith("_count") and name.removesuffix("_count") not in self.series:
            metric = self.series.get(name)
            if name in names.OTHERS or metric and metric.kind == "histogram":
                return NONE
        if name in names.OTHERS:
            return KNOWN["s"]
        return KNOWN.get(self.series[name].unit, NONE)

    def of(self, node):
        """The unit of an expression; None for a number, which fits any."""
        kind = type(node)
        if kind is promql.VectorSelector:
            return self.of_series(node.name)
        if kind is promql.MatrixSelector:
            return self.of_series(node.vector_selector.name)
        if kind is promql.NumberLiteral:
            return None
        if kind is promql.AggregateExpr:
            return NONE if str(node.op) == "count" else self.of(node.expr)
        if kind is promql.Call:
            return self.of_call(node)
        if kind is promql.BinaryExpr:
            return self.of_operation(str(node.op), self.of(node.lhs), self.of(node.rhs))
        return self.of(node.expr)

    def of_call(self, node):
        """The unit of a function's value."""
        name = node.func.name
        if name == "histogram_quantile":
            # The rate of the buckets only weighs them.
            (bucket,) = {selector.name for selector, _ in names.syntax.selectors(node)}
            return self.of_series(bucket)
        inner = self.of(node.args[-1])
        return product(inner, {"s": -1}) if name in RATES else inner

    @staticmethod
    def of_operation(operator, left, right):
        """The unit of an operation's value."""
        if operator == "/":
            return product(left or NONE, {unit: -power for unit, power in (right or NONE).items()})
        if operator == "*":
            return product(left or NONE, right or NONE)
        if left is not None and right is not None and left != right and operator not in ("and", "unless"):
            raise Contradiction(f"{left} {operator} {right}")
        return right if left is None else left


def product(left, right):
    """The product of two units."""
    result = {unit: left.get(unit, 0) + right.get(unit, 0) for unit in {*left, *right}}
    return {unit: power for unit, power in result.items() if power}


def fitting(unit):
    """Grafana's units for a unit."""
    return GRAFANA.get(tuple(sorted((unit or NONE).items())), set())
