"""Encodes workload W with OpenTelemetry's SDK of Python: encode.py ROUNDS REQUESTS OUTPUT

Prints the nanoseconds of processor time of a point in each round as JSON, and writes the bytes of the first request.
"""

import json
import sys
import time

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality, Buckets, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Metric, MetricsData,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from workload import HISTOGRAMS, METRICS, RESOURCE, SCOPE, START, gauge, gauge_value, histogram, sums, sum_value

RESOURCES = Resource(RESOURCE)
SCOPES = InstrumentationScope(*SCOPE)
GAUGES, SUMS, EXPONENTIAL = gauge(), sums(), [histogram(index) for index in range(HISTOGRAMS)]


def request(number):
    now = START + number * 1_000_000_000
    data = [
        Gauge([
            NumberDataPoint(attributes, START, now, gauge_value(index, number)) for index, attributes in enumerate(GAUGES)
        ]),
        Sum(
            [NumberDataPoint(attributes, START, now, sum_value(index, number)) for index, attributes in enumerate(SUMS)],
            AggregationTemporality.CUMULATIVE, True,
        ),
        ExponentialHistogram(
            [
                ExponentialHistogramDataPoint(
                    attributes, START, now, sum(counts), total, 3, 0, Buckets(-80, counts), Buckets(0, []), 0, least, most
                )
                for attributes, counts, total, least, most in EXPONENTIAL
            ],
            AggregationTemporality.CUMULATIVE,
        ),
    ]
    metrics = [Metric(*names, values) for names, values in zip(METRICS, data)]
    return MetricsData([ResourceMetrics(RESOURCES, [ScopeMetrics(SCOPES, metrics, "")], "")])


def main():
    rounds, requests, output = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with open(output, "wb") as file:
        file.write(encode_metrics(request(1)).SerializeToString())
    times, number = [], 1
    for _ in range(rounds):
        ready = [request(number + index) for index in range(requests)]
        number += requests
        begin = time.process_time_ns()
        for one in ready:
            encode_metrics(one).SerializeToString()
        times.append((time.process_time_ns() - begin) / requests / (len(GAUGES) + len(SUMS) + len(EXPONENTIAL)))
    print(json.dumps({"ns": times}))


main()
