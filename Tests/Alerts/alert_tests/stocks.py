"""Cases of alerts about what is there."""

from .baselines import baseline_cases
from .cases import Case, Fires, Suite
from .flows import handshakes
from .values import dips, levels, rates

STATES = (
    "established", "syn_sent", "syn_received", "fin_wait_1", "fin_wait_2", "time_wait", "close_wait", "last_ack",
    "listen", "closing",
)


def connections(state, family="ipv4", host="a"):
    return (
        f'system_network_connection_count{{network_connection_state="{state}", network_transport="tcp", '
        f'network_type="{family}"}}@{host}'
    )


def other_states(state, count):
    return {connections(other): levels((count, 40)) for other in STATES if other != state}


def lasting(make, high, low, patience, fires):
    """Cases of the least value of five minutes, which must last `patience` minutes."""
    return [
        Case("it ends again and again", make(dips(high, low, patience + 5, 6)), {
            f"{time}m": [] for time in range(5 + patience, 40)
        }),
        Case("it ends every few minutes", make(dips(high, low, 4, 12)), {f"{time}m": [] for time in (20, 30, 45)}),
        Case("it ended five minutes ago", make(dips(high, low, 60, 1)), {
            f"{9 + patience}m": [], f"{10 + patience}m": [fires]
        }),
    ]


def close_wait():
    def fires(value, host="a"):
        return Fires(
            f"CLOSE_WAIT leak: {host}", f"{value:.0f}, above 50, and more than 2 times what is usual.", host
        )

    def make(*phases):
        return {connections("close_wait"): levels(*((value or 0, minutes) for value, minutes in phases))}

    both = {connections("close_wait"): levels((26, 40)), connections("close_wait", "ipv6"): levels((25, 40))}
    return Suite("TCPLensCloseWaitLeak", "warning", [
        Case("51 of both families", both, {"4m30s": [], "5m": [fires(51)]}),
        Case("exactly 50", make((50, 40)), {"20m": [], "39m": []}),
        Case("other states", other_states("close_wait", 400), {"20m": []}),
        Case("a few on each of two hosts", {
            connections("close_wait"): levels((40, 40)), connections("close_wait", host="b"): levels((40, 40)),
        }, {"20m": []}),
        Case("one of two hosts", {
            connections("close_wait"): levels((60, 40)), connections("close_wait", host="b"): levels((40, 40)),
        }, {"20m": [fires(60)]}),
        *lasting(lambda values: {connections("close_wait"): values}, 200, 0, 5, fires(200)),
        *baseline_cases(make, 45, 2, fires, ceiling=1000),
    ])


def zero_window():
    def stalled(direction, part=""):
        more = f', otel_scope_version="{part}"' if part else ""
        return f'tcplens_connection_stalled{{network_io_direction="{direction}"{more}}}'

    def fires(direction, value=1):
        return Fires(
            f"Zero window: a, network_io_direction {direction}", f"{value}, above 0.", network_io_direction=direction
        )

    return Suite("TCPLensZeroWindow", "warning", [
        Case("one receiver here", {
            stalled("receive"): levels((1, 20)), stalled("transmit"): levels((0, 20)),
        }, {"1m30s": [], "2m": [fires("receive")]}),
        Case("peers, and two versions of the agent", {
            stalled("transmit", 1): levels((1, 20)), stalled("transmit", 2): levels((2, 20)),
        }, {"10m": [fires("transmit", 3)]}),
        Case("no window is zero", {
            stalled("receive"): levels((0, 20)), stalled("transmit"): levels((0, 20)),
        }, {"10m": [], "19m": []}),
        *lasting(lambda values: {stalled("receive"): values}, 1, 0, 2, fires("receive")),
    ])


def time_wait_ports():
    limit = "tcplens_ephemeral_port_limit"
    fires = Fires("TIME_WAIT takes the ports: a", "70.1%, above 70 %.")
    opened = {handshakes(): rates((11, 30))}
    full = {connections("time_wait"): levels((701, 30)), limit: levels((1000, 30))}
    return Suite("TCPLensTimeWaitPorts", "warning", [
        Case("701 of 1000 ports, of both families", {
            connections("time_wait"): levels((400, 20)), connections("time_wait", "ipv6"): levels((301, 20)),
            f'{limit}{{otel_scope_version="1"}}': levels((400, 20)),
            f'{limit}{{otel_scope_version="2"}}': levels((600, 20)),
            handshakes(): rates((6, 20)), handshakes(family="ipv6"): rates((6, 20)),
        }, {"3m": [], "4m30s": [], "8m": [fires]}),
        Case("exactly 700 of 1000", {
            connections("time_wait"): levels((700, 20)), limit: levels((1000, 20)), **opened,
        }, {"10m": []}),
        Case("other states", {**other_states("time_wait", 900), limit: levels((1000, 40)), **opened}, {"10m": []}),
        Case("too short", {
            connections("time_wait"): levels((0, 10), (900, 2), (0, 10)), limit: levels((1000, 22)), **opened,
        }, {f"{time}m": [] for time in range(9, 16)}),
        Case("the ports of another host", {
            connections("time_wait"): levels((701, 20)), f"{limit}@b": levels((1000, 20)), **opened,
        }, {"10m": []}),
        Case("others connect", {
            **full, handshakes(): rates((8, 30)), handshakes(role="server"): rates((300, 30)),
        }, {"10m": []}),
        Case("exactly ten a second are opened", {**full, handshakes(): rates((10, 30))}, {"10m": []}),
        Case("a burst is seen for five minutes", {**full, handshakes(): rates((0, 10), (60, 1), (0, 19))}, {
            "12m30s": [], "14m30s": [fires], "16m": [],
        }),
    ])


def time_wait_limit():
    limit = "tcplens_time_wait_limit"
    fires = Fires("TIME_WAIT near its limit: a", "80.1%, above 80 %.")
    return Suite("TCPLensTimeWaitLimit", "warning", [
        Case("801 of 1000, of both families", {
            connections("time_wait"): levels((400, 20)), connections("time_wait", "ipv6"): levels((401, 20)),
            f'{limit}{{otel_scope_version="1"}}': levels((400, 20)),
            f'{limit}{{otel_scope_version="2"}}': levels((600, 20)),
        }, {"4m30s": [], "5m": [fires]}),
        Case("exactly 800 of 1000", {connections("time_wait"): levels((800, 20)), limit: levels((1000, 20))}, {
            "10m": []
        }),
        Case("other states", {**other_states("time_wait", 900), limit: levels((1000, 40))}, {"10m": []}),
        Case("too short", {
            connections("time_wait"): levels((0, 10), (900, 5), (0, 10)), limit: levels((1000, 25)),
        }, {f"{time}m": [] for time in range(9, 22)}),
    ])


def half_open():
    def queue(what, port, version=1):
        return (
            f'tcplens_listener_syn_queue_{what}{{network_local_port="{port}", network_type="ipv4", '
            f'otel_scope_version="{version}"}}'
        )

    fires = Fires(
        "Half-open connections pile up: a, network_local_port 443", "81%, above 80 %.", network_local_port="443"
    )
    return Suite("TCPLensHalfOpen", "warning", [
        Case("one of two ports, with two listeners", {
            queue("usage", 443): levels((41, 20)), queue("usage", 443, 2): levels((40, 20)),
            queue("limit", 443): levels((60, 20)), queue("limit", 443, 2): levels((40, 20)),
            queue("usage", 80): levels((79, 20)), queue("limit", 80): levels((100, 20)),
        }, {"1m30s": [], "2m": [fires]}),
        Case("exactly 80 of 100", {
            queue("usage", 443): levels((80, 20)), queue("limit", 443): levels((100, 20)),
        }, {"10m": []}),
        Case("too short", {
            queue("usage", 443): levels((0, 10), (100, 2), (0, 10)), queue("limit", 443): levels((100, 22)),
        }, {f"{time}m": [] for time in range(9, 16)}),
    ])


def accept_queue():
    def full(port, family="ipv4"):
        return f'tcplens_listener_accept_queue_full{{network_local_port="{port}", network_type="{family}"}}'

    def fires(count):
        return Fires(
            "Accept queue full: a, network_local_port 443", f"{count}, above 0.", network_local_port="443"
        )

    return Suite("TCPLensAcceptQueueFull", "critical", [
        Case("once full, for one of two ports", {
            full(443): levels((0, 10), (1, 1), (0, 19)), full(443, "ipv6"): levels((0, 10), (2, 1), (0, 19)),
            full(80): levels((0, 30)),
        }, {"10m30s": [], "11m": [fires(2)], "14m30s": [fires(2)], "15m": [], "20m": []}),
        Case("one listener", {full(443): levels((1, 30))}, {"10m": [fires(1)]}),
        Case("never full", {full(443): levels((0, 30)), full(80): levels((0, 30))}, {"10m": [], "29m": []}),
        Case("the listener is gone before the alert fires", {full(443): "_x10 1 stale"}, {"9m": [], "10m30s": []}),
    ])


def memory():
    fires = Fires("TCP memory near its limit: a", "81%, above 80 %.")

    def memory(what, version=1):
        return f'tcplens_memory_{what}_bytes{{otel_scope_version="{version}"}}'

    return Suite("TCPLensMemoryPressure", "critical", [
        Case("81 of 100", {
            memory("usage"): levels((41, 20)), memory("usage", 2): levels((40, 20)),
            memory("limit"): levels((60, 20)), memory("limit", 2): levels((40, 20)),
        }, {"1m30s": [], "2m": [fires]}),
        Case("exactly 80 of 100", {memory("usage"): levels((80, 20)), memory("limit"): levels((100, 20))}, {
            "10m": []
        }),
        Case("too short", {
            memory("usage"): levels((0, 10), (100, 2), (0, 10)), memory("limit"): levels((100, 22)),
        }, {f"{time}m": [] for time in range(9, 16)}),
    ])


SUITES = (close_wait, zero_window, time_wait_ports, time_wait_limit, half_open, accept_queue, memory)
