"""Reads and writes messages with the official descriptors.

codec.py check MESSAGE JSON   exits with 1 if the bytes on stdin are not the message in the file JSON
codec.py encode MESSAGE JSON  writes the bytes of the message in the file JSON
codec.py parse MESSAGE        writes the bytes of the JSON on stdin
codec.py print MESSAGE        writes the JSON of the bytes on stdin, with numbers for enumerations as OTLP wants it
codec.py rewrite MESSAGE      writes the bytes on stdin anew, without the fields that the descriptors lack
"""

import sys

from google.protobuf import json_format
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)

MESSAGES = {
    message.DESCRIPTOR.name: message
    for message in (ExportMetricsServiceRequest, ExportMetricsServiceResponse, Status)
}


def from_json(message, path):
    with open(path, encoding="utf-8") as file:
        return json_format.Parse(file.read(), message())


def text(message):
    return json_format.MessageToJson(message, preserving_proto_field_name=True)


def write(message):
    sys.stdout.buffer.write(message.SerializeToString(deterministic=True))


def main(command, name, *paths):
    message = MESSAGES[name]
    if command == "encode":
        write(from_json(message, *paths))
        return
    if command == "parse":
        write(json_format.Parse(sys.stdin.buffer.read(), message()))
        return
    actual = message.FromString(sys.stdin.buffer.read())
    if command == "print":
        print(json_format.MessageToJson(actual, use_integers_for_enums=True))
        return
    if command == "rewrite":
        actual.DiscardUnknownFields()
        write(actual)
        return
    expected = from_json(message, *paths)
    if actual != expected:
        sys.exit(f"expected {text(expected)}\ngot {text(actual)}")


main(*sys.argv[1:])
