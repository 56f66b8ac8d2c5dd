"""How the service and its clients measure themselves: OpenTelemetry's SDK, with the names of its conventions."""

import os
import time

import prometheus_client
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

# The semantic conventions advise these.
BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
INTERVAL = 1.0


class Telemetry:
    """`http.server.request.duration` or that of clients, exported each second or served to Prometheus."""

    def __init__(self, kind):
        if port := os.environ.get("METRICS_PORT"):
            prometheus_client.start_http_server(int(port), "127.0.0.1")
            # What identifies the service as labels of each series.
            reader = PrometheusMetricReader(resource_attribute_filter=lambda key: key.startswith("service."))
        else:
            reader = PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=INTERVAL * 1000)
        # The resource comes from OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES.
        self._provider = MeterProvider([reader])
        self._duration = self._provider.get_meter("tcplens_demo").create_histogram(
            f"http.{kind}.request.duration",
            unit="s",
            description=f"Duration of HTTP {kind} requests.",
            explicit_bucket_boundaries_advisory=BOUNDARIES,
        )

    def record(self, begin, **attributes):
        """Records a request that began at `begin` of `time.perf_counter()`; two underscores stand for a dot."""
        names = {key.replace("__", "."): value for key, value in attributes.items() if value is not None}
        self._duration.record(time.perf_counter() - begin, {"http.request.method": "GET", **names})

    def close(self):
        self._provider.shutdown(timeout_millis=2000)
