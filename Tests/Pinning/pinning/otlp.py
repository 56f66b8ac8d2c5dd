"""Reads the parts of OTLP's protobuf messages that are needed here.

The fields are those of opentelemetry/proto/metrics/v1/metrics.proto.
"""

import collections
import struct

# `subject` is the service's resource. Of a histogram, the value is its count.
Point = collections.namedtuple("Point", "subject name attributes start time value")


def fields(message):
    """The fields of a message, as pairs of number and value: an integer, or the bytes of anything longer."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind == 0:
            value, place = _varint(message, place)
        elif kind == 1:
            value, place = int.from_bytes(message[place:place + 8], "little"), place + 8
        elif kind == 5:
            value, place = int.from_bytes(message[place:place + 4], "little"), place + 4
        else:
            size, place = _varint(message, place)
            value, place = message[place:place + size], place + size
        yield key >> 3, value


def _varint(message, place):
    value = shift = 0
    while True:
        byte = message[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def _all(message, number):
    return [value for found, value in fields(message) if found == number]


def _first(message, number, default=None):
    return next((value for found, value in fields(message) if found == number), default)


def _attributes(message, number):
    found = []
    for pair in _all(message, number):
        value = _first(pair, 2, b"")
        found.append((_first(pair, 1, b"").decode(), bytes(value)))
    return tuple(sorted(found))


def _number(point):
    double = _first(point, 4)
    if double is not None:
        return struct.unpack("<d", double.to_bytes(8, "little"))[0]
    whole = _first(point, 6, 0)
    return whole - (1 << 64) if whole >> 63 else whole


def sums(request, with_own=False):
    """The cumulative monotonic sums of a request, and the counts of its histograms, as points.

    What an agent says of itself begins with each agent; without `with_own` it is left out, except tcplens's own metrics.
    """
    for subject, is_own, name, metric in _metrics(request):
        if not is_own or with_own or name.startswith("tcplens."):
            yield from _points(subject, name, metric)


def times(request):
    """How many points each metric of a request has, of all kinds and also without a value, and the first one's time."""
    found = []
    for _, _, _, metric in _metrics(request):
        points = [point for kind in (5, 7, 9, 10) for data in _all(metric, kind) for point in _all(data, 1)]
        if points:
            found.append((len(points), _first(points[0], 3, 0)))
    return found


def _metrics(request):
    for resource_metrics in _all(request, 1):
        resource = dict(_attributes(_first(resource_metrics, 1, b""), 1))
        subject = tuple(sorted(item for item in resource.items() if item[0] != "process.pid"))
        for scope_metrics in _all(resource_metrics, 2):
            for metric in _all(scope_metrics, 2):
                yield subject, "process.pid" in resource, _first(metric, 1, b"").decode(), metric


def _points(subject, name, metric):
    """Points without a value, which end a series, are left out."""
    total = _first(metric, 7)
    if total is not None and _first(total, 3, 0):
        for point in _all(total, 1):
            if not _first(point, 8, 0) & 1:
                yield Point(subject, name, _attributes(point, 7), _first(point, 2, 0), _first(point, 3, 0), _number(point))
    # With buckets that are listed, and exponential ones.
    for kind, attributes in ((9, 9), (10, 1)):
        for point in _all(_first(metric, kind, b""), 1):
            if not _first(point, 10, 0) & 1:
                yield Point(subject, name, _attributes(point, attributes), _first(point, 2, 0), _first(point, 3, 0),
                            _first(point, 4, 0))
