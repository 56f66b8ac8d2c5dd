"""Cases of alerts about how long something takes."""

from .baselines import baseline_cases
from .cases import Case, Fires, Suite
from .histograms import histogram


def milliseconds(value):
    """A time as Prometheus writes it."""
    return f"{value * 1000:.4g}ms" if value < 1 else f"{value:.4g}s"


def round_trips():
    def fires(value):
        return Fires(
            "Round trips longer than usual: a",
            f"{milliseconds(value)}, above 5 ms, and more than 3 times what is usual.",
        )

    def make(*phases, labels="", weight=1):
        return histogram("tcplens_rtt_seconds", 0.5, *phases, labels=labels, weight=weight)

    usual = 3 / 1024
    return Suite("TCPLensRoundTrips", "warning", [
        Case("it must last", make((0.0004, 90), (0.1, 5), (0.0004, 30)), {f"{time}m": [] for time in range(90, 96)}),
        Case("five minutes", make((0.0004, 90), (0.006, 30)), {"110m": [fires(0.006)]}),
        Case("not yet five minutes", make((0.0004, 90), (0.006, 30)), {"95m30s": [], "97m": []}),
        Case("exactly 5 ms", make((0.0004, 90), (0.005, 30)), {"110m": []}),
        Case("below 5 ms, and ten times what is usual", make((0.0004, 90), (0.004, 30)), {"110m": []}),
        # 3/256 s is the middle of a bucket, and so all observations are in it.
        Case("five minutes after most of the range is slow", make((0.0004, 90), (3 / 256, 30)), {
            "97m30s": [], "98m": [fires(3 / 256)],
        }),
        # The middle of nine is the lowest tenth of those five that are between 1/128 and 1/64 s.
        Case("both families, the fast one with fewer connections", {
            **make((0.0004, 90), (3 / 256, 40), labels='network_type="ipv4"', weight=5),
            **make((0.0004, 90), (3 / 2048, 40), labels='network_type="ipv6"', weight=4),
        }, {"115m": [fires(1.1 / 128)]}),
        *baseline_cases(make, usual, 3, fires, low=usual / 16, needs=True, idles=True),
    ])


def slow_answers():
    def fires(value, port="443"):
        return Fires(
            f"Slow answers: a, network_local_port {port}",
            f"{milliseconds(value)}, above 250 ms, and more than 2 times what is usual.", network_local_port=port,
        )

    def make(*phases, port="443", version=1, weight=1):
        labels = f'network_local_port="{port}", otel_scope_version="{version}"'
        return histogram("tcplens_response_duration_seconds", 0.95, *phases, labels=labels, weight=weight)

    usual = 7 / 32
    return Suite("TCPLensSlowAnswers", "warning", [
        # A quarter is between 0.25 and 0.5 s, so one in twenty is in the highest fifth of that.
        Case("a burst is seen for five minutes", make((1.95 / 1024, 20), (1.95 / 4, 1), (1.95 / 1024, 20)), {
            "24m30s": [fires(0.45)], "25m30s": [], "27m30s": [],
        }),
        Case("one of two ports", {**make((0.3, 30)), **make((0.01, 30), port="80")}, {
            "2m30s": [], "3m": [fires(0.3)]
        }),
        # A tenth is between 0.25 and 0.5 s, so one in twenty is in the middle of that.
        Case("few slow answers of one version", {
            **make((1.95 / 4, 30)), **make((1.95 / 1024, 30), version=2, weight=9),
        }, {"20m": [fires(0.375)]}),
        Case("exactly 250 ms", make((0.25, 30)), {"20m": []}),
        
        *baseline_cases(make, usual, 2, fires, low=usual / 16, idles=True),
    ])


SUITES = (round_trips, slow_answers)
