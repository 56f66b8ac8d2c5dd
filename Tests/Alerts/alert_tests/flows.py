"""Cases of alerts about what happens."""

from .baselines import baseline_cases
from .cases import Case, Fires, Suite
from .values import rates

FAILURES = ("refused", "reset", "timed_out", "host_unreachable", "net_unreachable", "address_not_available", "_OTHER")


def handshakes(error="", role="client", family="ipv4"):
    return (
        f'tcplens_handshakes_total{{error_type="{error}", tcplens_connection_role="{role}", '
        f'network_type="{family}"}}'
    )


def positive(make, fires, patience, kinds=1):
    """Cases of a rate that is above zero: what a burst does, and when that is forgotten.

    `make(values)` are series with that counter, `kinds` of them; three events are 0.0125 a second of five minutes.
    """
    start = 10 + patience
    burst = rates((0, 10), (0.05 / kinds, 1), (0, 40))
    cases = [
        Case("never", make(rates((0, 50))), {"20m": [], "49m": []}),
        # The rate of five minutes is whole after the fourth minute.
        Case("exactly as long as it must last", make(rates((0, 10), (0.1 / kinds, 50))), {
            f"{start}m30s": [], f"{start + 1}m": [fires(f"{0.1 * min(1, (patience + 1) / 4):g}")],
        }),
    ]
    if patience < 5:
        cases.append(Case("a burst", make(burst), {
            f"{start}m30s": [], f"{start + 1}m": [fires("0.0125")], "14m30s": [fires("0.0125")], "15m30s": [],
        }))
    else:
        # A burst is forgotten before the alert fires, so it must happen again.
        phases = [(0, 10)]
        for _ in range(6):
            phases += [(0.05 / kinds, 1), (0, 3)]
        cases += [
            Case("a single burst", make(burst), {f"{time}m": [] for time in range(10, 40)}),
            Case("bursts, four minutes apart", make(rates(*phases, (0, 20))), {
                "15m30s": [], "30m": [fires("0.0125")], "34m": [fires("0.0125")], "37m": [],
            }),
            Case("two bursts, nine minutes apart", make(rates(
                (0, 10), (0.05 / kinds, 1), (0, 8), (0.05 / kinds, 1), (0, 40),
            )), {f"{time}m": [] for time in range(10, 40)}),
        ]
    return cases


def ports_used_up():
    def fires(value):
        return Fires("No free port: a", f"{value}/s, above 0/s.")

    def make(values):
        return {
            handshakes("address_not_available"): values, handshakes("address_not_available", family="ipv6"): values
        }

    others = {handshakes(error): rates((5, 30)) for error in ("", *FAILURES) if error != "address_not_available"}
    return Suite("TCPLensPortsUsedUp", "critical", [
        *positive(make, fires, 1, kinds=2),
        Case("other failures, and none", others, {"20m": []}),
    ])


def syn_flood():
    def cookies(result, version=1):
        return f'tcplens_syn_cookies_total{{tcplens_syn_cookie_result="{result}", otel_scope_version="{version}"}}'

    def fires(value):
        return Fires("SYN flood: a", f"{value:.3g}/s, above 1/s, and more than 3 times what is usual.")

    def make(*phases):
        return {cookies("sent"): rates(*((value or 0, minutes) for value, minutes in phases))}

    return Suite("TCPLensSynFlood", "warning", [
        Case("1.5 a second of two kinds", {
            cookies("sent"): rates((0, 10), (0.75, 20)), cookies("sent", 2): rates((0, 10), (0.75, 20)),
        }, {"13m30s": [], "14m": [fires(1.5)]}),
        Case("exactly one a second", make((1, 30)), {"20m": []}),
        Case("cookies that come back", {
            cookies("received"): rates((50, 30)), cookies("failed"): rates((50, 30)),
        }, {"20m": []}),
        Case("a burst is seen for five minutes", make((0, 10), (7, 1), (0, 30)), {"14m30s": [fires(1.75)]}),
        Case("and not longer", make((0, 10), (30, 1), (0, 30)), {"15m30s": [], "17m": []}),
        *baseline_cases(make, 0.75, 3, fires, near=0.96, ceiling=100),
    ])


def loss():
    def again(kind, family="ipv4"):
        return f'tcplens_retransmits_total{{tcplens_retransmit_type="{kind}", network_type="{family}"}}'

    def segments(direction, version=1):
        return f'tcplens_segments_total{{network_io_direction="{direction}", otel_scope_version="{version}"}}'

    def fires(value):
        return Fires("Loss: a", f"{value * 100:.4g}%, above 1 %, and more than 3 times what is usual.")

    def both(retransmits, sent):
        return {again("fast"): rates(*retransmits), segments("transmit"): rates(*sent)}

    def make(*phases):
        return both(
            [(1024 * (value or 0), minutes) for value, minutes in phases],
            [(0 if value is None else 1024, minutes) for value, minutes in phases],
        )

    kinds = {again(kind): rates((0, 10), (0.4, 30)) for kind in ("fast", "timeout", "tail_loss_probe", "_OTHER")}
    return Suite("TCPLensLoss", "warning", [
        Case("all types together, of two versions", {
            **kinds, segments("transmit"): rates((50, 40)), segments("transmit", 2): rates((50, 40)),
            segments("receive"): rates((10000, 40)),
        }, {"14m30s": [], "15m": [fires(0.016)]}),
        Case("exactly one percent", both([(5, 40)], [(500, 40)]), {"20m": []}),
        Case("exactly one a second", both([(1, 40)], [(40, 40)]), {"20m": []}),
        Case("a little more than both", both([(1.2, 40)], [(80, 40)]), {"20m": [fires(0.015)]}),
        *(
            Case(f"only {kind}", {
                again(kind): rates((20, 40)), again("fast"): rates((2, 40)), segments("transmit"): rates((1000, 40)),
            }, {"20m": []})
            for kind in ("syn", "syn_ack")
        ),
        *(
            Case(f"{kind} does not count as more than one a second", {
                again(kind): rates((20, 40)), again("fast"): rates((0.5, 40)), segments("transmit"): rates((10, 40)),
            }, {"20m": []})
            for kind in ("syn", "syn_ack")
        ),
        Case("too short", both([(0, 20), (20, 1), (0, 1), (0, 20)], [(2000, 20), (100, 4), (2000, 18)]), {
            f"{time}m": [] for time in range(19, 40)
        }),
        Case("a burst is seen for five minutes", both([(2, 20), (100, 1), (2, 20)], [(1000, 41)]), {
            "21m": [], "24m30s": [fires(0.0265)], "25m30s": [], "27m30s": [], "29m30s": [],
        }),
        Case("a burst of few segments", both([(0.5, 20), (10, 1), (0.5, 20)], [(20, 41)]), {
            "24m30s": [fires(2.875 / 20)], "25m30s": [], "27m30s": [], "29m30s": [],
        }),
        Case("less is sent", both([(2, 60)], [(1000, 20), (100, 40)]), {
            "24m": [], "25m30s": [], "28m": [fires(0.02)]
        }),
        *baseline_cases(make, 1 / 128, 3, fires, idles=True, ceiling=0.05),
    ])


def handshake_failures():
    reasons = "Connecting fails: a, error_type"

    def fires(value, reason="refused"):
        return Fires(
            f"{reasons} {reason}", f"{value * 100:.4g}%, above 5 %, and more than 2 times what is usual.",
            error_type=reason,
        )

    def both(failed, succeeded, reason="refused"):
        return {handshakes(reason): rates(*failed), handshakes(): rates(*succeeded)}

    def make(*phases):
        return both(
            [(64 * (value or 0), minutes) for value, minutes in phases],
            [(0 if value is None else 64 * (1 - value), minutes) for value, minutes in phases],
        )

    return Suite("TCPLensHandshakeFailures", "warning", [
        Case("each reason by itself, of both families", {
            handshakes("refused"): rates((0, 10), (4, 30)),
            handshakes("refused", family="ipv6"): rates((0, 10), (4, 30)),
            handshakes("timed_out"): rates((4, 40)), handshakes(): rates((90, 10), (50, 30)),
            handshakes(family="ipv6"): rates((6, 10), (38, 30)),
        }, {"14m30s": [], "15m": [fires(0.08)]}),
        Case("few, but of both families", {
            handshakes("refused"): rates((0.08, 40)), handshakes("refused", family="ipv6"): rates((0.08, 40)),
            handshakes(): rates((0.84, 40)),
        }, {"20m": [fires(0.16)]}),
        Case("other hosts, and another job", {
            handshakes("refused"): rates((1, 40)), handshakes(): rates((9, 40)),
            handshakes("refused") + "@b": rates((1, 40)), handshakes() + "@b": rates((99, 40)),
            handshakes("refused") + "@other_a": rates((1, 40)), handshakes() + "@other_a": rates((99, 40)),
        }, {"20m": [fires(0.1)]}),
        Case("exactly one in twenty", both([(1, 40)], [(19, 40)]), {"20m": []}),
        Case("exactly one in ten seconds", both([(0.1, 40)], [(0.3, 40)]), {"20m": []}, recorded={
            "instance_error_type:tcplens_handshake_failures:ratio_rate5m": 1,
            "instance_error_type:tcplens_handshake_failures:rate5m": 1,
        }),
        Case("a little more than both", both([(0.12, 40)], [(1.48, 40)]), {"20m": [fires(0.075)]}),
        Case("all reasons", {handshakes(reason): rates((1, 40)) for reason in FAILURES}, {
            "20m": [fires(1 / 7, reason) for reason in FAILURES]
        }),
        Case("failures of clients of this host", {
            handshakes("reset", role="server"): rates((8, 40)), handshakes("reset"): rates((1, 40)),
            handshakes(): rates((29, 40)),
        }, {"20m": []}),
        Case("few failures among few attempts, and many of a server", {
            handshakes("reset"): rates((0.5, 40)), handshakes(): rates((3.5, 40)),
            handshakes(role="server"): rates((100, 40)), handshakes("reset", role="server"): rates((9, 40)),
        }, {"20m": [fires(0.125, "reset")]}),
        Case("too few here, and many of a server", {
            handshakes("reset"): rates((0.09, 40)), handshakes(): rates((0.01, 40)),
            handshakes("reset", role="server"): rates((9, 40)),
        }, {"20m": []}),
        Case("a burst is seen for five minutes", both([(1, 20), (50, 1), (1, 20)], [(99, 41)]), {
            "21m": [], "24m30s": [fires(13.25 / 112.25)], "25m30s": [], "27m30s": [], "29m30s": [],
        }),
        Case("a burst of few failures", both([(0.05, 20), (1, 1), (0.05, 20)], [(0.1, 41)]), {
            "24m30s": [fires(0.2875 / 0.3875)], "25m30s": [], "27m30s": [], "29m30s": [],
        }),
        Case("fewer connections are opened", both([(2, 60)], [(198, 20), (18, 40)]), {
            "24m": [], "25m30s": [], "28m": [fires(0.1)]
        }),
        *baseline_cases(make, 3 / 64, 2, fires, idles=True, ceiling=0.5),
    ])


SUITES = (ports_used_up, syn_flood, loss, handshake_failures)
