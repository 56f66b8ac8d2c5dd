"""Series of test data in promtool's notation: the values of a metric, a sample each minute."""


START = 1_000_000


def levels(*phases):
    """A stock: pairs of a value and the minutes for which it has that value. None is no sample."""
    return " ".join(_repeated(value, minutes) for value, minutes in phases)


def _repeated(value, count):
    if value is None:
        return f"_x{count}" if count > 1 else "_"
    return f"{value:.15g}x{count - 1}" if count > 1 else f"{value:.15g}"


def rates(*phases):
    """A counter: pairs of a rate per second and the minutes for which it has that rate.

    It begins far from zero, because PromQL takes a counter near zero for one that has just begun.
    """
    total, pieces = START, [str(START)]
    for rate, minutes in phases:
        step = rate * 60
        if minutes == 1:
            pieces.append(f"{total + step:.15g}")
        else:
            pieces.append(f"{total + step:.15g}+{step:.15g}x{minutes - 1}")
        total += step * minutes
    return " ".join(pieces)


def dips(high, low, period, count):
    """A stock that is low at minutes 5, 5 + period, …, and high otherwise."""
    phases = [(high, 5)]
    for _ in range(count):
        phases += [(low, 1), (high, period - 1)]
    return levels(*phases)
