"""Histograms with a given quantile, as test data: buckets whose bounds are powers of two."""

import math

from .values import rates

LOWEST, HIGHEST = -14, 6
# A multiple of 19 and 25, so that both quantiles can be made exactly.
MANY = 1900


def observations(value, quantile):
    """Observations per second in each bucket, by the exponent of its upper bound, so that `quantile` is `value`."""
    if value is None:
        return {}
    upper = math.ceil(math.log2(value))
    lower = 2.0 ** (upper - 1)
    fraction = (value - lower) / lower
    if fraction <= quantile:
        return {upper - 1: _rounded((quantile - fraction) / (1 - quantile)), upper: MANY}
    return {upper: MANY, upper + 1: _rounded((fraction - quantile) / quantile)}


def _rounded(part):
    # Numbers with few digits give the very quantile.
    return round(part * MANY, 6)


def histogram(name, quantile, *phases, labels="", weight=1):
    """The buckets of a histogram; phases are pairs of a value of the quantile and minutes.

    With a `weight` all observations happen that often.
    """
    spread = [(observations(value, quantile), minutes) for value, minutes in phases]
    more = f", {labels}" if labels else ""
    series = {}
    for exponent in range(LOWEST, HIGHEST + 1):
        below = [
            (weight * sum(count for other, count in counts.items() if other <= exponent), minutes)
            for counts, minutes in spread
        ]
        series[f'{name}_bucket{{le="{2.0 ** exponent!r}"{more}}}'] = rates(*below)
    everything = [(weight * sum(counts.values()), minutes) for counts, minutes in spread]
    series[f'{name}_bucket{{le="+Inf"{more}}}'] = rates(*everything)
    return series
