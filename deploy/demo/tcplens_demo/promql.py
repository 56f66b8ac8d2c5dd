"""Asks a backend in PromQL."""

import dataclasses
import json
import math
import urllib.parse

from .namespaces import Connection


class Refused(Exception):
    """The backend did not answer a query."""


@dataclasses.dataclass
class Sample:
    labels: dict
    value: float


@dataclasses.dataclass
class Series:
    labels: dict
    # Pairs of a time, in seconds since 1970, and a value.
    points: list


def numbers(pairs):
    """The points of an answer, without those that are no number."""
    points = [(float(time), float(value)) for time, value in pairs]
    return [(time, value) for time, value in points if math.isfinite(value)]


class PromQL:
    """A client of `/api/v1/query` and `/api/v1/query_range`."""

    def __init__(self, url, namespace=None, flush=None):
        """`flush` is a path that makes what has arrived visible at once, if the backend has one."""
        parts = urllib.parse.urlsplit(url)
        self.url = url
        self._host, self._port, self._prefix = parts.hostname, parts.port or 80, parts.path.rstrip("/")
        self._namespace, self._flush = namespace, flush

    def instant(self, query, at=None):
        """The samples of a query at a time, or now."""
        parameters = {"query": query}
        if at is not None:
            parameters["time"] = f"{at:.3f}"
        data = self._ask("/api/v1/query", parameters)
        if data["resultType"] == "scalar":
            return [Sample({}, float(data["result"][1]))]
        return [Sample(row["metric"], float(row["value"][1])) for row in data["result"]]

    def value(self, query, at=None):
        """The value of a query with one sample. Otherwise, or if it is not a number, there is no value: None."""
        samples = self.instant(query, at)
        return samples[0].value if len(samples) == 1 and math.isfinite(samples[0].value) else None

    def range(self, query, start, end, step=1):
        """The series of a query between two times."""
        parameters = {"query": query, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": str(step)}
        # Without this VictoriaMetrics moves the times to multiples of the step.
        parameters["nocache"] = "1"
        data = self._ask("/api/v1/query_range", parameters)
        return [Series(row["metric"], numbers(row["values"])) for row in data["result"]]

    def points(self, query, start, end, step=1):
        """The points of a query that has one series; empty if it has none."""
        series = self.range(query, start, end, step)
        if len(series) > 1:
            raise Refused(f"{query} has {len(series)} series instead of one")
        return series[0].points if series else []

    def names(self):
        """The names of all metrics."""
        return self._ask("/api/v1/label/__name__/values", {})

    def _ask(self, path, parameters):
        if self._flush:
            self._get(self._flush)
        status, body = self._get(f"{self._prefix}{path}?{urllib.parse.urlencode(parameters)}")
        try:
            answer = json.loads(body)
        except ValueError:
            raise Refused(f"{path} {parameters}: {status} {body[:200]}") from None
        if answer.get("status") != "success":
            raise Refused(f"{parameters.get('query', path)}: {answer.get('error', status)}")
        return answer["data"]

    def _get(self, path):
        connection = Connection(self._host, self._port, self._namespace, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()
