"""What the tests share: the registry, the dashboards in the files, and broken copies of them."""

import copy
import functools
import os
import pathlib
import unittest

import reading
import registry as registries


@functools.cache
def registry():
    """The committed registry, or the one that TCPLENS_REGISTRY names."""
    return registries.Registry(pathlib.Path(os.environ.get("TCPLENS_REGISTRY", registries.PATH)))


@functools.cache
def files():
    """The committed dashboards, as JSON by form and name."""
    return reading.everything()


def dashboards():
    """The committed dashboards."""
    return [reading.read(form, data) for (form, _), data in files().items()]


def original(name="tcplens-host", form="classic"):
    """A copy of a committed dashboard's JSON, to change."""
    return copy.deepcopy(files()[form, name])


def panels(data):
    """The panels in the JSON of a classic dashboard, by title."""
    rows = [item["panels"] if item["type"] == "row" else [item] for item in data["panels"]]
    return {panel["title"]: panel for row in rows for panel in row}


class Broken(unittest.TestCase):
    """Tests that break a dashboard and expect a finding."""

    name = "tcplens-host"

    def setUp(self):
        self.data = original(self.name)
        self.panels = panels(self.data)

    def target(self, title, index=0):
        """A query of a panel."""
        return self.panels[title]["targets"][index]

    def replace(self, title, old, new, index=0):
        """Changes a query of a panel."""
        target = self.target(title, index)
        self.assertIn(old, target["expr"])
        target["expr"] = target["expr"].replace(old, new)

    def found(self):
        """The findings for the broken dashboard, as text."""
        raise NotImplementedError

    def assert_found(self, *parts):
        """Exactly this is found: each finding has all parts, and there is one."""
        findings = self.found()
        self.assertTrue(findings, "nothing was found")
        for finding in findings:
            for part in parts:
                self.assertIn(part, finding)
