"""PromQL, made of names that the registry has."""

import dataclasses

# The label that names a host. Each dashboard has a variable for it; `variables.py` says why.
HOST = "$host_label"
RATE = "$__rate_interval"


@dataclasses.dataclass(frozen=True)
class Expression:
    """A query, and the metrics in it."""

    text: str
    metrics: tuple = ()

    def __str__(self):
        return self.text

    def __truediv__(self, other):
        return self._with(f"{self.text}\n/ {other}", other)

    def over(self, other, *on):
        """Divides by a value that several series share, such as the limit of a host."""
        return self._with(f"{self.text}\n/ on ({', '.join(on)}) group_left () {other}", other)

    def top(self, count=10):
        """The greatest at each moment."""
        return self._with(f"topk({count}, {self.text})")

    def above_zero(self):
        """Only what is not zero."""
        return self._with(f"{self.text} > 0")

    def _with(self, text, *others):
        metrics = list(self.metrics)
        for other in others:
            metrics += [metric for metric in other.metrics if metric not in metrics]
        return Expression(text, tuple(metrics))


@dataclasses.dataclass(frozen=True)
class Series(Expression):
    """Series of one metric. They know the labels of its attributes and of the resource."""

    registry: object = None

    def rate(self):
        """Events a second."""
        return dataclasses.replace(self, text=f"rate({self.text}[{RATE}])")

    def function(self, name):
        """A function of one vector, such as `abs`."""
        return dataclasses.replace(self, text=f"{name}({self.text})")

    def quotient(self, other):
        """Series by series, such as a usage and its limit; the labels of both are the same."""
        return dataclasses.replace(self, text=f"{self.text} / {other}", metrics=self.metrics + other.metrics)

    def sum(self, *by):
        """The sum for each of these attributes."""
        return self._aggregated("sum", by)

    def max(self, *by):
        """The greatest for each of these attributes."""
        return self._aggregated("max", by)

    def count(self, *by):
        """The number of series for each of these attributes."""
        return self._aggregated("count", by)

    def quantile(self, share, *by):
        """A quantile of a histogram, of what was recorded lately."""
        return Expression(f"histogram_quantile({share}, {self.rate().sum('le', *by)})", self.metrics)

    def labels(self, keys):
        """The labels of attributes of the metric or of the resource."""
        metric = self.metrics[0]
        return [
            key
            if key == "le" or key.startswith("$")
            else metric.attributes[key].label
            if key in metric.attributes
            else self.registry.resource_label(key)
            if key in self.registry.resource
            else metric.attribute(key).label
            for key in keys
        ]

    def _aggregated(self, function, by):
        labels = f" by ({', '.join(self.labels(by))})" if by else ""
        return Expression(f"{function}{labels} ({self.text})", self.metrics)


@dataclasses.dataclass(frozen=True)
class Selection:
    """What a dashboard looks at: the matchers that all its selectors have."""

    registry: object
    matchers: tuple

    def __call__(self, name, where=None, part=""):
        """The series of a metric; `part` is `_bucket`, `_sum` or `_count` of a histogram.

        A value that begins with `!` is excluded; there may be several of these.
        """
        metric = self.registry.metric(name)
        matchers = list(self.matchers)
        pairs = ((key, value) for key, values in (where or {}).items() for value in listed(values))
        for key, value in pairs:
            attribute = metric.attribute(key)
            operator, value = ("!=", value[1:]) if value.startswith("!") else ("=", value)
            matchers.append(f'{attribute.label}{operator}"{attribute.check(value)}"')
        return Series(f"{metric.base}{part}{{{', '.join(matchers)}}}", (metric,), self.registry)

    def histogram(self, name, where=None):
        """The buckets of a histogram."""
        return self(name, where, "_bucket")

    def mean(self, name, *by, where=None):
        """The mean of a histogram, which it has even without buckets."""
        return self(name, where, "_sum").rate().sum(*by) / self(name, where, "_count").rate().sum(*by)


def listed(values):
    """One or several values as a list."""
    return [values] if isinstance(values, str) else values


def of_hosts(registry):
    """Everything of the chosen hosts."""
    return Selection(registry, ('job=~"$job"', f'{HOST}=~"$host"'))


def of_services(registry):
    """What belongs to the chosen services on the chosen hosts."""
    service = registry.resource_label("service.name")
    return Selection(registry, (*of_hosts(registry).matchers, f'{service}=~"$service"'))
