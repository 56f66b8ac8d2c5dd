"""Whether all that can be wrong is on a panel, with its threshold, what it means and what to do."""

import copy
import unittest

import model
import pages
import support

# What can be wrong but has no panel of its own, each with the reason.
WITHOUT_PANEL = {}


def findings(registry, dashboards, without_panel):
    """What is wrong with what panels say of what can be wrong."""
    shown = [(panel, finding) for page in dashboards for panel in all_panels(page) for finding in panel.findings]
    known = {finding.name for _, finding in shown}
    for name in registry.findings.keys() - known - without_panel.keys():
        yield f"{name} is on no panel"
    for name in without_panel.keys() & known | without_panel.keys() - registry.findings.keys():
        yield f"{name} is on the list by mistake"
    for panel, finding in shown:
        if not finding.metrics & {metric.name for metric in panel.metrics}:
            yield f"{panel.title} shows none of the metrics of {finding.name}"


def all_panels(page):
    """The panels of a dashboard."""
    return [panel for row in page.rows for panel in row.panels]


class Findings(unittest.TestCase):
    def setUp(self):
        self.registry = copy.copy(support.registry())
        self.dashboards = pages.dashboards(self.registry)

    def test_all_that_can_be_wrong_is_on_a_panel(self):
        self.assertEqual(list(findings(self.registry, self.dashboards, WITHOUT_PANEL)), [])

    def test_what_is_on_no_panel_is_found(self):
        loss = self.registry.finding("loss")
        self.registry.findings = {**self.registry.findings, "another": loss}
        self.assertEqual(list(findings(self.registry, self.dashboards, {})), ["another is on no panel"])
        self.assertEqual(list(findings(self.registry, self.dashboards, {"another": "a reason"})), [])
        self.assertEqual(
            sorted(findings(self.registry, self.dashboards, {"another": "a reason", "loss": "a reason"})),
            ["loss is on the list by mistake"],
        )

    def test_a_panel_of_something_else_is_found(self):
        (panel,) = [each for page in self.dashboards for each in all_panels(page) if each.title == "Aborts by reason"]
        panel.findings = (self.registry.finding("loss"),)
        expected = ["Aborts by reason shows none of the metrics of loss"]
        self.assertEqual(list(findings(self.registry, self.dashboards, {})), expected)

    def test_panels_say_what_it_means_and_have_the_threshold_as_a_line(self):
        data = support.original()
        panel = support.panels(data)["Retransmit share"]
        loss = self.registry.finding("loss")
        for text in (loss.meaning, loss.remedy, loss.command):
            self.assertIn(text, panel["description"])
        steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        self.assertEqual(steps[1], {"value": loss.thresholds["share"], "color": "orange"})
        self.assertEqual(panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"], {"mode": "dashed"})

    def test_a_threshold_is_only_shown_in_its_own_unit(self):
        loss, stalled = self.registry.finding("loss"), self.registry.finding("zero_window")
        self.assertEqual(model.threshold(loss, "percentunit"), (loss.thresholds["share"], "orange"))
        self.assertEqual(model.threshold(loss, "cps"), (loss.thresholds["per_second"], "orange"))
        self.assertIsNone(model.threshold(loss, "s"))
        self.assertIsNone(model.threshold(loss, "bytes"))
        self.assertEqual(model.threshold(stalled, "short"), (1, "orange"))
        self.assertIsNone(model.threshold(self.registry.finding("agent_loses_events"), "cps"))

    def test_names_of_what_can_be_wrong_are_those_of_the_table(self):
        page = self.dashboards[0]
        page.findings = {"CLOSE_WAIT": "close_wait_pile"}
        with self.assertRaisesRegex(Exception, "nothing that can be wrong is called close_wait_pile"):
            page.finish(self.registry)
