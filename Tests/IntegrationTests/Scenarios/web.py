"""A web service in Flask that measures its requests by OpenTelemetry's SDK.

Usage: web.py PORT [publish]     or with gunicorn: 'web:application(True)'

Its metrics go to a Collector, and with METRICS_PORT Prometheus can scrape them. Its resource is what the SDK makes of the
environment and of RESOURCE, which is JSON and stands for what a program says in its own code. With `publish` it is also
in a process context, because the SDK for Python publishes none.
"""

import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.append(f"{os.path.dirname(os.path.abspath(__file__))}/../../TestSupport")

from flask import Flask
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from prometheus_client import start_http_server
from publish import context, message


def application(publishes=False):
    resource = Resource.create(json.loads(os.environ.get("RESOURCE", "{}")))
    if publishes:
        context().publish(message((key, str(value)) for key, value in resource.attributes.items()))
    app = Flask(__name__)

    @app.route("/cart/<int:milliseconds>")
    def cart(milliseconds):
        time.sleep(milliseconds / 1000)
        return f"{resource.attributes['service.instance.id']}\n"

    readers = [PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=1000)]
    if "METRICS_PORT" in os.environ:
        start_http_server(int(os.environ["METRICS_PORT"]), "127.0.0.1")
        # What identifies the service as labels of each series.
        readers.append(PrometheusMetricReader(resource_attribute_filter=lambda key: key.startswith("service.")))
    FlaskInstrumentor().instrument_app(app, meter_provider=MeterProvider(readers, resource))
    return app


if __name__ == "__main__":
    application("publish" in sys.argv).run(port=int(sys.argv[1]), threaded=True)
