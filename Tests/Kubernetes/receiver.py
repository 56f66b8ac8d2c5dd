#!/usr/bin/env python3
"""Keeps what a Collector sends, in a form that jq can search.

Usage: receiver.py HOST:PORT FILE

Takes OTLP/HTTP metrics as JSON without compression. Each resource of a request becomes a line of the file:
{"received": SECONDS, "resource": {KEY: VALUE}, "metrics": {NAME: [{"value", "start", "time", "flags", "attributes"}]}}.
Times are in seconds. The value of a histogram is its count.
"""

import http.server
import json
import sys
import time


def value_of(value):
    """The value of an attribute; OTLP's JSON has numbers of 64 bits as strings."""
    kind, content = next(iter(value.items()), (None, None))
    if kind == "intValue":
        return int(content)
    if kind == "arrayValue":
        return [value_of(element) for element in content.get("values", [])]
    return content


def attributes_of(owner):
    return {attribute["key"]: value_of(attribute["value"]) for attribute in owner.get("attributes", [])}


def point_of(point):
    value = next((point[key] for key in ("asInt", "asDouble", "count") if key in point), None)
    return {
        "value": float(value) if value is not None else None,
        "start": int(point.get("startTimeUnixNano", 0)) / 1e9,
        "time": int(point.get("timeUnixNano", 0)) / 1e9,
        "flags": point.get("flags", 0),
        "attributes": attributes_of(point),
    }


def lines_of(request):
    for group in request.get("resourceMetrics", []):
        metrics = {}
        for scope in group.get("scopeMetrics", []):
            for metric in scope.get("metrics", []):
                data = next(metric[key] for key in ("sum", "gauge", "histogram", "exponentialHistogram") if key in metric)
                metrics[metric["name"]] = [point_of(point) for point in data.get("dataPoints", [])]
        yield {"received": time.time(), "resource": attributes_of(group.get("resource", {})), "metrics": metrics}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open(sys.argv[2], "a") as file:
            for line in lines_of(request):
                # One write, so that a reader never sees half a line.
                file.write(json.dumps(line) + "\n")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    host, port = sys.argv[1].rsplit(":", 1)
    http.server.ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
