"""Whether each metric of the registry is on a panel, or on the list of those that are not."""

import unittest

import names
import pages
import support


def findings(registry, shown, not_shown):
    """What is wrong with what is shown and with the list of the rest."""
    for name, metric in registry.metrics.items():
        is_shown = bool(set(metric.series) & shown)
        if not is_shown and not not_shown.get(name):
            yield f"{name} is on no panel, and not on the list with a reason"
        if is_shown and name in not_shown:
            yield f"{name} is on a panel, and on the list of those that are not"
    for name in not_shown.keys() - registry.metrics.keys():
        yield f"{name} is on the list, but not in the registry"


class Coverage(unittest.TestCase):
    def setUp(self):
        self.shown = set().union(*(names.metrics_of(dashboard) for dashboard in support.dashboards()))

    def test_each_metric_is_on_a_panel_or_on_the_list(self):
        self.assertEqual(list(findings(support.registry(), self.shown, pages.NOT_SHOWN)), [])

    def test_a_metric_that_is_nowhere_is_found(self):
        rest = self.shown - {"tcplens_aborts_total"}
        expected = ["tcplens.aborts is on no panel, and not on the list with a reason"]
        self.assertEqual(list(findings(support.registry(), rest, pages.NOT_SHOWN)), expected)
        self.assertEqual(list(findings(support.registry(), rest, {"tcplens.aborts": ""})), expected)
        self.assertEqual(list(findings(support.registry(), rest, {"tcplens.aborts": "a reason"})), [])

    def test_a_metric_on_the_list_that_is_shown_or_does_not_exist_is_found(self):
        wrong = {"tcplens.aborts": "a reason", "tcplens.aborted": "a reason"}
        expected = [
            "tcplens.aborts is on a panel, and on the list of those that are not",
            "tcplens.aborted is on the list, but not in the registry",
        ]
        self.assertEqual(list(findings(support.registry(), self.shown, wrong)), expected)
