"""Cases of alerts about tcplens itself."""

from .cases import Case, Fires, Suite
from .flows import positive
from .stocks import connections, lasting
from .values import levels, rates

FOLLOWED = ("established", "syn_sent", "fin_wait_1", "close_wait", "last_ack", "closing")


def losses():
    def lost(reason, version=1):
        return f'tcplens_lost_events_total{{tcplens_loss_reason="{reason}", otel_scope_version="{version}"}}'

    def fires(value, reason="map_full"):
        return Fires(
            f"tcplens loses events: a, tcplens_loss_reason {reason}", f"{value}/s, above 0/s.",
            tcplens_loss_reason=reason,
        )

    def make(values):
        return {lost("map_full"): values, lost("map_full", 2): values, lost("unseen"): rates((0, 50))}

    return Suite("TCPLensAgentLosesEvents", "warning", [
        *positive(make, fires, 5, kinds=2),
        Case("two reasons, and two that only make times late", {
            lost("map_full"): rates((1, 30)), lost("allocation"): rates((2, 30)),
            lost("unseen"): rates((3, 30)), lost("recursion"): rates((3, 30)),
        }, {"20m": [fires(1), fires(2, "allocation")]}),
    ])


def drift():
    def drift(state, version=1):
        return f'tcplens_stock_drift{{network_connection_state="{state}", otel_scope_version="{version}"}}'

    def fires(value, state="close_wait"):
        return Fires(
            f"Stocks and flows disagree: a, network_connection_state {state}", f"{value}, above 0.",
            network_connection_state=state,
        )

    return Suite("TCPLensAgentDrifts", "warning", [
        Case("one state", {drift(state): levels((int(state == "close_wait"), 40)) for state in FOLLOWED}, {
            "14m30s": [], "15m": [fires(1)]
        }),
        Case("two versions", {drift("established"): levels((1, 40)), drift("established", 2): levels((2, 40))}, {
            "20m": [fires(3, "established")]
        }),
        Case("none, or too few", {drift("established"): levels((0, 40)), drift("closing"): levels((-3, 40))}, {
            "39m": []
        }),
        *lasting(lambda values: {drift("close_wait"): values}, 2, 0, 15, fires(2)),
    ])


def unfollowed():
    def series(version=1):
        return f'tcplens_connection_unfollowed{{otel_scope_version="{version}"}}'

    fires = Fires("More connections than can be followed: a", "3, above 0.")
    return Suite("TCPLensAgentUnfollowed", "warning", [
        Case("three", {series(): levels((1, 20)), series(2): levels((2, 20))}, {"4m30s": [], "5m": [fires]}),
        Case("one is enough", {series(): levels((1, 20))}, {
            "10m": [Fires("More connections than can be followed: a", "1, above 0.")]
        }),
        Case("none", {series(): levels((0, 20))}, {"10m": []}),
        Case("too short", {series(): levels((0, 10), (3, 5), (0, 10))}, {f"{time}m": [] for time in range(9, 22)}),
    ])


def exports():
    def points(error, name="otlp/1"):
        return (
            f'otel_sdk_exporter_metric_data_point_exported_total{{error_type="{error}", otel_component_name="{name}", '
            f'otel_component_type="otlp_http_metric_exporter"}}'
        )

    def fires(value, error="timeout"):
        return Fires(f"Data points do not arrive: a, error_type {error}", f"{value}/s, above 0/s.", error_type=error)

    def make(values):
        return {points("timeout"): values, points("timeout", "otlp/2"): values, points(""): rates((3, 50))}

    return Suite("TCPLensAgentExportsFail", "warning", [
        *positive(make, fires, 5, kinds=2),
        Case("all arrive", {points(""): rates((40, 30))}, {"20m": [], "29m": []}),
        Case("two reasons", {points("timeout"): rates((1, 30)), points("503"): rates((2, 30))}, {
            "20m": [fires(1), fires(2, "503")]
        }),
    ])


def silent():
    def fires(count, host="a"):
        return Fires(
            f"tcplens is silent: {host}", f"No data for more than 5m; its last {count} series are known.", host
        )

    def segments(direction, host="a"):
        return f'tcplens_segments_total{{network_io_direction="{direction}"}}@{host}'

    directions = ("transmit", "receive")
    ends = {segments(direction): levels((3, 20)) for direction in directions}
    scraped = {segments(direction): levels((3, 20)) + " stale" for direction in directions}
    goes_on = {segments(direction, "b"): levels((1, 200)) for direction in directions}
    goes_on.update({segments(direction, "other_a"): levels((1, 200)) for direction in directions})
    # The last samples are those of minute 19.
    return Suite("TCPLensAgentSilent", "warning", [
        Case("one of two agents, pushed", {**ends, **goes_on}, {
            "18m": [], "28m30s": [], "29m": [fires(2)], "78m30s": [fires(2)], "79m30s": [], "120m": [],
        }),
        Case("one of two agents, scraped", {**scraped, **goes_on}, {
            "18m": [], "28m30s": [], "29m": [fires(2)], "78m30s": [fires(2)], "79m30s": [], "120m": [],
        }),
        Case("it comes back in time", {
            segments("transmit"): levels((1, 20), (None, 8), (1, 50)),
        }, {f"{time}m": [] for time in range(19, 40)}),
        Case("it never was there", {"up@a": levels((1, 60))}, {"30m": []}),
        Case("a workload ends", {connections("established"): levels((1, 20)), **goes_on}, {"30m": [], "60m": []}),
        Case("it goes on", goes_on, {"10m": [], "60m": [], "190m": []}),
    ])


SUITES = (losses, drift, unfollowed, exports, silent)
