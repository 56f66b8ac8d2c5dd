"""Whether a recording shows what it must."""

from . import faults
from .recording import usual

# How much the p95 must rise on the sides where a fault shows.
LATENCY_FACTOR = 4


def check(recording):
    """What is wrong with it, as sentences; nothing if it shows what it must."""
    if recording.situation.kind == "healthy":
        return list(_check_healthy(recording))
    return [*_check_signal(recording), *_check_latency(recording)]


def _check_signal(recording):
    name, signal = recording.situation.name, recording.situation.signal
    before = max(recording.before("signal"), default=0)
    during = max(recording.during("signal"), default=0)
    if before > signal.quiet:
        yield f"{name}: {signal.title} was {before:.4g} {signal.unit} before the fault, more than {signal.quiet:g}"
    if during < signal.factor * signal.quiet:
        yield (
            f"{name}: {signal.title} only rose to {during:.4g} {signal.unit} (before: {before:.4g}), "
            f"less than {signal.factor:g} times {signal.quiet:g}"
        )


def _check_latency(recording):
    if "client" not in recording.lines:
        return
    for side in recording.situation.shows_in:
        before, during = usual(recording.before(side)), max(recording.during(side), default=0)
        if not before:
            yield f"{recording.situation.name}: there is no p95 of the {side} before the fault"
        elif during < LATENCY_FACTOR * before:
            yield (
                f"{recording.situation.name}: the p95 of the {side} only rose from {before:.3g} s to {during:.3g} s, "
                f"less than {LATENCY_FACTOR} times"
            )


def _check_healthy(recording):
    for fault in faults.ALL:
        signal = fault.signal
        most = max(recording.before(fault.name) + recording.during(fault.name), default=0)
        # Between the two thresholds of a signal is what may happen while all is well.
        if most >= signal.factor * signal.quiet:
            yield f"{recording.situation.name}: {signal.title} rose to {most:.4g} {signal.unit}, as in a fault"


def summary(recording):
    """One line with the numbers."""
    parts = []
    for name, line in recording.lines.items():
        if name == "limit" or not line:
            continue
        before, during = usual(recording.before(name)), max(recording.during(name), default=0)
        factor, unit = (1000, " ms") if name in ("client", "server") else (1, "")
        title = f"p95 of the {name}" if unit else name
        parts.append(f"{title} {before * factor:.4g} → {during * factor:.4g}{unit}")
    return f"{recording.situation.title}: {', '.join(parts)}"
