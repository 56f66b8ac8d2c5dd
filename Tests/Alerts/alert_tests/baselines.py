"""Cases for alerts that also compare a value with its average of the day before."""

import dataclasses

from .cases import Case

# By the factor: the minutes before a fault, and when that fault is not yet usual, but nearly.
NEARLY_USUAL = {2: (40, 125), 3: (70, 150)}


def baseline_cases(make, base, factor, fires, low=0, needs=False, idles=False, near=1, ceiling=None):
    """
    `make(*phases)` makes series whose recorded value is that of each phase, pairs of a value and minutes.
    `base` is a usual value below the threshold, and `factor * base * 0.6` is above it. `low` is the lowest value.
    `fires(value)` is the alert. It `needs` a baseline, or fires without. It `idles` if the value None, that nothing
    happens, makes no number. `near` is less than 1 if the average is not exactly that of the phases. Above `ceiling` the
    baseline does not matter.
    """
    border = factor * base
    above, quiet = border * 1.02, base / 8
    before, nearly = NEARLY_USUAL[factor]
    lonely = [] if needs else [fires(border)]
    cases = [
        Case("not more than the factor allows", make((base, 90), (border * near, 40)), {"110m": [], "129m": []}),
        Case("more than the factor allows", make((base, 90), (above, 40)), {"89m": [], "110m": [fires(above)]}),
        Case("not compared with itself", make((quiet, before), (border, 120)), {f"{nearly}m": [fires(border)]}),
        Case(
            "a short peak in the past", make((low, 60), (4 * border, 5), (low, 65), (border, 30)),
            {"150m": [fires(border)]},
        ),
        Case(
            "it was often so", make((low, 45), (1.8 * base, 45), (low, 60), (border * 0.6, 30)), {"175m": []},
        ),
        Case("nothing to compare with", make((border, 55)), {"20m": lonely, "54m": lonely}),
        Case(
            "usual in the morning", make((2 * base, 13 * 60), (quiet, 11 * 60), (border, 60)), {"24h30m": []},
        ),
        Case(
            "usual the day before yesterday", make((4 * base, 23 * 60), (quiet, 26 * 60), (border, 60)),
            {"49h30m": [fires(border)]},
        ),
    ]
    if idles:
        cases += [
            Case(
                "an idle time is no baseline, and spoils none",
                make((base, 40), (None, 10), (base, 40), (value, 40)), {"110m": expected},
            )
            for value, expected in ((border, []), (above, [fires(above)]))
        ]
    if ceiling:
        lower = ceiling if near == 1 else 0.98 * ceiling
        cases += [
            Case("always so, but far too much", make((1.02 * ceiling, 130)), {"129m": [fires(1.02 * ceiling)]}),
            Case("always so, and not far too much", make((lower, 130)), {"129m": []}),
        ]
    return [dataclasses.replace(case, stage=2 if "24h30m" in case.expected or "49h30m" in case.expected else 1)
            for case in cases]
