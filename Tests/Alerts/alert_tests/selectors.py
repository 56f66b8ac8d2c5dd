"""Whether everything that the rules select is in the registry, by the syntax tree of each expression."""

import json
import re

import promql_parser as promql

from .rules import METRICS, RECORD, groups

# What a histogram has besides its own attributes.
BUCKETS = {"le": None}


class Metric:
    """What may be selected of a metric: its labels, each with its values, or None if they are not listed."""

    def __init__(self, kind, labels, unit=""):
        self.kind, self.labels, self.unit = kind, labels, unit


def registry():
    """All metrics that exist, by their names in PromQL."""
    found = {}
    for row in json.loads(METRICS.read_text())["metrics"]:
        labels = {one["prometheus"]: one.get("values") for one in row["attributes"]}
        # A label that is not always there is empty then.
        for one in row["attributes"]:
            if not one["required"] and labels[one["prometheus"]] is not None:
                labels[one["prometheus"]] = [*labels[one["prometheus"]], ""]
        name = row["prometheus"]
        if row["kind"] == "histogram":
            found[f"{name}_bucket"] = Metric("counter", {**labels, **BUCKETS})
        else:
            found[name] = Metric("counter" if row["kind"] == "counter" else "gauge", labels)
    return found


class Examination:
    """Collects what is wrong in the expressions of an edition."""

    def __init__(self, identity):
        self.identity, self.metrics, self.problems = identity, registry(), []
        self.selected, self.expression = set(), ""

    def complain(self, text):
        self.problems.append(f"{text}: {self.expression}")

    def expression_labels(self, text):
        """The labels that remain on the series of an expression, after everything in it was examined."""
        self.expression = text
        return self._visit(promql.parse(text), None)

    def _visit(self, node, function):
        """The labels of a node's series; `function` is what is called on it directly."""
        if isinstance(node, promql.MatrixSelector):
            return self._selector(node.vector_selector, function, is_range=True)
        if isinstance(node, promql.VectorSelector):
            return self._selector(node, function, is_range=False)
        if isinstance(node, promql.Call):
            labels = [self._visit(one, node.func.name) for one in node.args]
            if node.func.name == "histogram_quantile" and "le" not in labels[-1]:
                self.complain("histogram_quantile has no le")
            remaining = labels[-1]
            return remaining - {"le"} if node.func.name == "histogram_quantile" else remaining
        if isinstance(node, promql.AggregateExpr):
            return self._aggregate(node)
        if isinstance(node, promql.BinaryExpr):
            return self._binary(node)
        if isinstance(node, (promql.ParenExpr, promql.SubqueryExpr)):
            return self._visit(node.expr, None)
        return set()

    def _aggregate(self, node):
        below = self._visit(node.expr, None)
        kept = set(node.modifier.labels) if node.modifier else set()
        for label in sorted(kept - below):
            self.complain(f"by {label}, which nothing has there")
        if "le" in below and "le" not in kept:
            self.complain("an aggregate of buckets without le")
        for label in self.identity:
            if label not in kept:
                self.complain(f"an aggregate without {label}")
        return kept

    def _binary(self, node):
        left, right = self._visit(node.lhs, None), self._visit(node.rhs, None)
        matching = node.modifier.matching if node.modifier else None
        if isinstance(node.lhs, promql.NumberLiteral) or isinstance(node.rhs, promql.NumberLiteral):
            return left | right
        if matching is None:
            if left != right:
                self.complain(f"series with {sorted(left)} and series with {sorted(right)} never match")
        elif not set(matching.labels) <= left & right:
            self.complain(f"matched by {matching.labels}, which not both sides have")
        return left

    def _selector(self, node, function, is_range):
        self.selected.add(node.name)
        metric = self.metrics.get(node.name)
        if metric is None:
            self.complain(f"{node.name} does not exist")
            # Its labels are not known, and that is enough to say.
            return set(self.identity).union(*(known.labels for known in self.metrics.values()))
        if function in ("rate", "increase", "irate") and metric.kind != "counter":
            self.complain(f"{function} of {node.name}, which is no counter")
        # `last_over_time` asks whether there was data, whatever it was.
        if metric.kind == "counter" and function not in ("rate", "last_over_time"):
            self.complain(f"{node.name} is a counter, and only its rate means something")
        for matcher in node.matchers.matchers:
            self._matcher(node.name, metric, matcher)
        return set(metric.labels) | set(self.identity)

    def _matcher(self, name, metric, matcher):
        if matcher.name not in metric.labels:
            self.complain(f"{name} has no label {matcher.name}")
            return
        values = metric.labels[matcher.name]
        if values is None:
            return
        regular = "Re" in str(matcher.op)
        for value in matcher.value.split("|") if regular else [matcher.value]:
            if value not in values:
                self.complain(f"{matcher.name} of {name} is never {value!r}")


def problems(edition, identity):
    """What is wrong in an edition's rules."""
    examination, found = Examination(identity), []
    rules = [rule for group in groups(edition) for rule in group["rules"]]
    for rule in rules:
        if "record" not in rule:
            continue
        labels = examination.expression_labels(rule["expr"])
        level = rule["record"].split(":")[0]
        wanted = "_".join([identity[-1], *(label for label in _ordered(rule["expr"], labels) if label not in identity)])
        if level != wanted:
            found.append(f"{rule['record']} has the labels of {wanted}")
        if not RECORD.fullmatch(rule["record"]):
            found.append(f"{rule['record']} is not level:metric:operation")
        if rule["record"] in examination.metrics:
            found.append(f"{rule['record']} is recorded twice")
        examination.metrics[rule["record"]] = Metric("gauge", {label: None for label in labels - set(identity)})
    recorded = {rule["record"] for rule in rules if "record" in rule}
    for rule in rules:
        if "alert" in rule:
            labels = examination.expression_labels(rule["expr"])
            for text in rule["annotations"].values():
                for label in re.findall(r"\$labels\.(\w+)", text):
                    if label not in labels:
                        found.append(f"{rule['alert']} writes the label {label}, which its series do not have")
    found += [f"no alert uses {name}" for name in sorted(recorded - examination.selected)]
    return found + examination.problems


def _ordered(expression, labels):
    """The labels in the order of the expression."""
    return sorted(labels, key=lambda label: expression.find(label))
