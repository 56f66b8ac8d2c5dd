"""Queries and panels that several dashboards have."""

from model import Panel, Query, unit_of
from promql import HOST

COUNT = "system.network.connection.count"
STATE = "network.connection.state"
DIRECTION = "network.io.direction"
ROLE = "tcplens.connection.role"
PORT = "network.local.port"
ON_HOST = "{{$host_label}}"
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def in_state(tcp, state, *by):
    """Connections in a state, by host."""
    return tcp(COUNT, {STATE: state}).sum(*(by or (HOST,)))


def retransmit_share(tcp, *by):
    """Segments sent again for each segment sent. A SYN is sent again when nobody answers, which is not loss."""
    lost = tcp("tcplens.retransmits", {"tcplens.retransmit.type": ("!syn", "!syn_ack")})
    sent = tcp("tcplens.segments", {"network.io.direction": "transmit"})
    return lost.rate().sum(*by) / sent.rate().sum(*by)


def saturation(tcp, queue, *by):
    """The fullest queue of listeners, as a share of its limit."""
    return tcp(f"tcplens.listener.{queue}.usage").quotient(tcp(f"tcplens.listener.{queue}.limit")).max(*by)


def failures(tcp, *by):
    """Failed handshakes a second."""
    return tcp("tcplens.handshakes", {"error.type": "!"}).rate().sum(*by)


def time_wait_share(tcp, *by):
    """TIME_WAIT as a share of what the kernel allows."""
    return in_state(tcp, "time_wait", *by) / tcp("tcplens.time_wait.limit").sum(*by)


def single(selection, name, title, text, legend, *by, **options):
    """A panel of one metric, summed up by some attributes: a counter as its rate."""
    metric = selection.registry.metric(name)
    rate = metric.kind == "counter"
    series = selection(name)
    query = Query((series.rate() if rate else series).sum(*by), legend)
    return Panel(title, text, [query], unit_of(metric, rate), **options)


def label(selection, name, key):
    """The part of a legend for an attribute."""
    return f"{{{{{selection(name).labels([key])[0]}}}}}"


def quantiles(selection, name, title, text, *by, where=None, **options):
    """Three quantiles of a histogram."""
    histogram = selection.histogram(name, where)
    suffix = "".join(f" {label(selection, name, key)}" for key in by)
    queries = [Query(histogram.quantile(share, *by), title + suffix) for title, share in QUANTILES.items()]
    return Panel(title, text, queries, unit_of(selection.registry.metric(name)), **options)
