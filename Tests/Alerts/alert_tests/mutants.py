"""Wrong rules, made from right ones: each of them must make a test fail."""

import dataclasses
import itertools
import json
import re

import promql_parser

from .rules import METRICS, Part

TOKEN = re.compile(
    r'"[^"]*"|\d+(?:ms|s|m|h|d|w)(?!\w)|\d+(?:\.\d+)?(?:e-?\d+)?|[A-Za-z_][\w:]*|[<>=!]=|=~|!~|\s+|.'
)
DURATION = re.compile(r"(\d+)(ms|s|m|h|d|w)$")
NUMBER = re.compile(r"\d+(\.\d+)?(e-?\d+)?$")
COMPARISONS = {">": ("<", ">="), "<": (">", "<="), ">=": ("<", ">"), "<=": (">", "<")}
OPERATORS = {"and": ("unless", "or"), "unless": ("and", "or"), "/": ("*",)}
FUNCTIONS = {
    "sum": ("max",), "max": ("sum", "min"), "count": ("sum",), "rate": ("increase", "irate"),
    "min_over_time": ("max_over_time", "avg_over_time"), "max_over_time": ("min_over_time",),
    "avg_over_time": ("max_over_time", "min_over_time"),
}


@dataclasses.dataclass(frozen=True)
class Mutant:
    text: str
    part: Part

    @property
    def name(self):
        return f"{self.part.name}: {self.text}"


def _values():
    """The values of labels that the registry allows, by metric and label."""
    allowed = {}
    for metric in json.loads(METRICS.read_text())["metrics"]:
        for attribute in metric["attributes"]:
            allowed[metric["prometheus"], attribute["prometheus"]] = attribute.get("values", [])
    return allowed


class Expression:
    """An expression as tokens; all its mutants have one change each."""

    def __init__(self, text, is_record):
        self.tokens, self.is_record = TOKEN.findall(text), is_record
        self.allowed = _values()

    def mutants(self):
        """Pairs of what was changed, and the changed expression."""
        seen = {"".join(self.tokens)}
        for start, end, replacement, text in self._changes():
            changed = "".join([*self.tokens[:start], replacement, *self.tokens[end:]])
            if changed not in seen:
                seen.add(changed)
                promql_parser.parse(changed)
                yield text, changed

    def _next(self, index, step=1):
        index += step
        while 0 <= index < len(self.tokens) and self.tokens[index].isspace():
            index += step
        return index if 0 <= index < len(self.tokens) else None

    def _token(self, index):
        return self.tokens[index] if index is not None else ""

    def _context(self, index):
        """The tokens around one, to find it in the expression."""
        return "".join(self.tokens[max(0, index - 9):index + 10]).replace("\n", " ")

    def _changes(self):
        depth = 0
        for index, token in enumerate(self.tokens):
            depth += (token == "{") - (token == "}")
            replacements = []
            if depth and token == "{":
                yield from self._matchers(index)
            elif not depth:
                replacements = self._replacements(index, token)
            for replacement in replacements:
                yield index, index + 1, replacement, f"{token} → {replacement} in … {self._context(index)} …"
            if token in ("by", "on"):
                yield from self._labels(index)
            if token in COMPARISONS and not depth and self.is_record:
                yield index, self._next(index) + 1, "", f"without {token} …"

    def _replacements(self, index, token):
        before, after = self._token(self._next(index, -1)), self._token(self._next(index))
        if token in COMPARISONS:
            return COMPARISONS[token]
        if token in OPERATORS:
            return OPERATORS[token]
        if token in FUNCTIONS and after in ("(", "by"):
            return FUNCTIONS[token]
        if DURATION.match(token):
            amount, unit = DURATION.match(token).groups()
            if before == ":":
                return (f"{int(amount) * 2}{unit}",)
            smaller = {"m": ("s", 60), "h": ("m", 60), "d": ("h", 24)}[unit]
            return (f"{int(amount) * 2}{unit}", f"{int(amount) * smaller[1] // 2}{smaller[0]}")
        if NUMBER.match(token):
            value = float(token)
            if value == 0:
                return ("1", "-1")
            if after == ",":
                return ("0.75", "0.25") if value == 0.5 else ("0.99", "0.9")
            return (f"{value * 2:g}", f"{value / 2:g}")
        return ()

    def _labels(self, index):
        opened = self._next(index)
        closed = self.tokens.index(")", opened)
        labels = [token for token in self.tokens[opened + 1:closed] if re.match(r"\w+$", token)]
        for label in labels:
            rest = [other for other in labels if other != label]
            if label != "le":
                text = f"{self.tokens[index]} without {label} in … {self._context(index)}"
                yield opened + 1, closed, ", ".join(rest), text

    def _matchers(self, opened):
        metric, closed = self._token(opened - 1), self.tokens.index("}", opened)
        matchers = re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', "".join(self.tokens[opened + 1:closed]))
        for position, (label, operator, value) in enumerate(matchers):
            others = [f'{one[0]}{one[1]}"{one[2]}"' for one in matchers]
            allowed = self.allowed.get((metric, label), [])
            wrong = [None, f'{label}{ {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}[operator]}"{value}"']
            wrong += [f'{label}{operator}"{other}"' for other in self._swapped(operator, value, allowed)]
            for one in wrong:
                rest = [*others[:position], *([one] if one else []), *others[position + 1:]]
                text = f"{others[position]} → {one or 'nothing'} of {metric}"
                yield opened + 1, closed, ", ".join(rest), text

    def _swapped(self, operator, value, allowed):
        if operator in ("=", "!="):
            return [other for other in allowed if other != value]
        parts = value.split("|")
        fewer = ["|".join(kept) for kept in itertools.combinations(parts, len(parts) - 1) if kept]
        swapped = [
            "|".join([*parts[:index], other, *parts[index + 1:]])
            for index in range(len(parts)) for other in allowed if other not in parts
        ]
        return fewer + swapped


def mutants(part):
    """All mutants of an alert and of the recording rules that it uses."""
    for number, record in enumerate(part.records):
        for text, changed in Expression(record["expr"], True).mutants():
            mutant = part.copy()
            mutant.records[number]["expr"] = changed
            yield Mutant(f"{record['record']}: {text}", mutant)
    for text, changed in Expression(part.alert["expr"], False).mutants():
        mutant = part.copy()
        mutant.alert["expr"] = changed
        yield Mutant(text, mutant)
    amount, unit = DURATION.match(part.alert["for"]).groups()
    seconds = int(amount) * {"s": 1, "m": 60, "h": 3600}[unit]
    for wrong in (None, f"{seconds * 2}s", f"{seconds // 2}s"):
        mutant = part.copy()
        mutant.alert.pop("for")
        if wrong:
            mutant.alert["for"] = wrong
        yield Mutant(f"for: {part.alert['for']} → {wrong or 'nothing'}", mutant)
    mutant = part.copy()
    severity = part.alert["labels"]["severity"]
    mutant.alert["labels"]["severity"] = "warning" if severity == "critical" else "critical"
    yield Mutant(f"severity: {severity} → the other", mutant)
