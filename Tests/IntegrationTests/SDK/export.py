"""Exports every kind of instrument of the official SDK: export.py [gzip:|plain:]ENDPOINT...

Each endpoint is sent the same collection. Exits with 1 if one of them does not take it.
"""

import sys

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExportResult
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource


def collection():
    reader = InMemoryMetricReader()
    provider = MeterProvider(
        metric_readers=[reader],
        resource=Resource({"service.name": "checkout", "tags": ["a", "b"], "replicas": 3, "ratio": 0.5, "canary": True}),
        views=[
            View(instrument_name="payload.size", aggregation=ExponentialBucketHistogramAggregation()),
            View(instrument_name="clock.skew", aggregation=ExponentialBucketHistogramAggregation()),
        ],
        shutdown_on_exit=False,
    )
    meter = provider.get_meter("shop", "2.1", schema_url="https://opentelemetry.io/schemas/1.36.0", attributes={"k": 1})
    orders = meter.create_counter("orders", unit="{order}", description="Orders that were placed.")
    orders.add(17, {"country": "fr"})
    orders.add(1234, {"country": "de"})
    meter.create_counter("revenue", unit="EUR").add(12.5)
    meter.create_up_down_counter("carts.open", unit="{cart}").add(-3, {"wörld": "grüße 🌍"})
    duration = meter.create_histogram(
        "http.server.request.duration", unit="s", explicit_bucket_boundaries_advisory=[0.005, 0.01, 0.1, 1]
    )
    for seconds in (0.006, 0.007, 0.5):
        duration.record(seconds, {"http.route": "/cart"})
    size = meter.create_histogram("payload.size", unit="By")
    for size_in_bytes in (0, 1, 100, 1500, 65536):
        size.record(size_in_bytes)
    meter.create_gauge("temperature", unit="Cel").set(36.6)
    meter.create_observable_counter("requests", [lambda _: [Observation(9_007_199_254_740_993)]])
    meter.create_observable_up_down_counter("queue.length", [lambda _: [Observation(-5, {"queue": "mail"})]])
    meter.create_observable_gauge("load", [lambda _: [Observation(0.5), Observation(1.0, {"cpu": "0"})]])
    return reader.get_metrics_data()


def main(*targets):
    data = collection()
    for target in targets:
        compression, endpoint = target.split(":", 1)
        exporter = OTLPMetricExporter(
            endpoint=endpoint, compression=Compression.Gzip if compression == "gzip" else Compression.NoCompression
        )
        if exporter.export(data) is not MetricExportResult.SUCCESS:
            sys.exit(f"{target} did not take it")


main(*sys.argv[1:])
