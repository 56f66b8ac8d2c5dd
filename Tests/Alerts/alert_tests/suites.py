"""The cases of all alerts."""

from . import agent, flows, stocks, times


def all_suites():
    """The suites by the names of their alerts."""
    made = [make() for module in (stocks, flows, times, agent) for make in module.SUITES]
    return {suite.alert: suite for suite in made}
