"""Times in PromQL, and what becomes of them in tests that have less time."""

import re

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(?<![\w.])(\d+)(ms|s|m|h|d)(?!\w)")


def text(seconds):
    """The shortest way to write a time."""
    for unit in ("d", "h", "m", "s"):
        if seconds >= UNITS[unit] and seconds % UNITS[unit] == 0:
            return f"{int(seconds / UNITS[unit])}{unit}"
    return f"{int(seconds * 1000)}ms"


def scaled(expression, scale):
    """The expression with all its times divided by `scale`. Names of recorded series stay."""
    if scale == 1:
        return expression
    return DURATION.sub(lambda found: text(int(found[1]) * UNITS[found[2]] / scale), expression)
