"""Says whether files have the content of workload W, decoded by OpenTelemetry's own messages: content.py FILE...

Prints a line of JSON for each file: its bytes, and what differs. Some differences are an SDK's own: it may add
`telemetry.sdk.*` to the resource, leave out the start of a gauge, or add empty messages.
"""

import json
import math
import sys

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

import workload
from workload import START

TIME = START + 1_000_000_000


def attributes(found):
    return {one.key: one.value.string_value for one in found}


def number(point):
    return point.as_int if point.WhichOneof("value") == "as_int" else point.as_double


def close(one, other):
    return math.isclose(one, other, rel_tol=1e-12)


def differences(data):
    request = ExportMetricsServiceRequest.FromString(data)
    if len(request.resource_metrics) != 1 or len(request.resource_metrics[0].scope_metrics) != 1:
        return ["not one resource with one scope"]
    found = []
    resource = request.resource_metrics[0]
    scope = resource.scope_metrics[0]
    own = {key: value for key, value in attributes(resource.resource.attributes).items() if "telemetry.sdk" not in key}
    if own != workload.RESOURCE:
        found.append("resource")
    if (scope.scope.name, scope.scope.version) != workload.SCOPE:
        found.append("scope")
    metrics = {metric.name: metric for metric in scope.metrics}
    for name, description, unit in workload.METRICS:
        metric = metrics.get(name)
        if metric is None or (metric.description, metric.unit) != (description, unit):
            return [*found, f"{name}: missing, or another description or unit"]
    gauge, total, histogram = (metrics[name] for name, _, _ in workload.METRICS)
    found += numbers("gauge", gauge.gauge.data_points, workload.gauge(), workload.gauge_value, (0, START))
    found += numbers("sum", total.sum.data_points, workload.sums(), workload.sum_value, (START,))
    if not total.sum.is_monotonic or total.sum.aggregation_temporality != 2:
        found.append("the kind of the sum")
    found += histograms(histogram.exponential_histogram)
    return found


def key(values):
    return tuple(sorted(values.items()))


def numbers(name, points, expected, value, starts):
    by_series = {key(attributes(point.attributes)): point for point in points}
    if len(by_series) != len(points) or set(by_series) != {key(series) for series in expected}:
        return [f"{name}: other series"]
    for index, series in enumerate(expected):
        point = by_series[key(series)]
        if number(point) != value(index, 1) or point.time_unix_nano != TIME or point.start_time_unix_nano not in starts:
            return [f"{name}: another value or time"]
    return []


def histograms(data):
    if data.aggregation_temporality != 2 or len(data.data_points) != workload.HISTOGRAMS:
        return ["histogram: another kind or number"]
    by_series = {key(attributes(point.attributes)): point for point in data.data_points}
    for index in range(workload.HISTOGRAMS):
        series, counts, total, least, most = workload.histogram(index)
        point = by_series.get(key(series))
        if (
            point is None or list(point.positive.bucket_counts) != counts or point.positive.offset != -80
            or point.scale != 3 or point.count != sum(counts) or not close(point.sum, total)
            or not close(point.min, least) or not close(point.max, most) or point.time_unix_nano != TIME
            or point.start_time_unix_nano != START or point.zero_count or list(point.negative.bucket_counts)
        ):
            return ["histogram: another value, time or series"]
    return []


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        encoded = file.read()
    print(json.dumps({"file": path, "bytes": len(encoded), "differences": differences(encoded)}))
