"""Medians, spreads and ratios, and whether a difference is more than noise."""

import statistics


class Figure:
    """Several values of one thing: the median, and how far they spread."""

    def __init__(self, values):
        self.values = sorted(float(value) for value in values)
        if not self.values:
            raise ValueError("no values")

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def best(self):
        return self.values[0]

    @property
    def quartiles(self):
        """The middle half of the values; of fewer than four all of them."""
        if len(self.values) < 4:
            return self.values[0], self.values[-1]
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return low, high

    @property
    def spread(self):
        low, high = self.quartiles
        return high - low

    def json(self):
        return {"median": self.median, "quartiles": list(self.quartiles), "values": self.values}


class Ratio(Figure):
    """How many times one thing is another, by pairs that were measured one after the other.

    A pair is measured within seconds, so both sides meet the same state of the machine, which drifts over minutes.
    """

    def __init__(self, above, below):
        pairs = list(zip(above, below, strict=True))
        if any(value <= 0 for pair in pairs for value in pair):
            raise ValueError("a ratio of values that are not above 0")
        super().__init__(one / other for one, other in pairs)

    @property
    def is_noise(self):
        """Whether the pairs spread more than they differ, so that nothing can be said; always for a single pair."""
        return len(self.values) < 2 or self.spread >= abs(self.median - 1)

    def json(self):
        return super().json() | {"noise": self.is_noise}


def quantile(values, share):
    """The value below which `share` of the values are."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
