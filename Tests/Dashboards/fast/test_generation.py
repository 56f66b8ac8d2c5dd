"""Whether the committed dashboards are those that the registry makes, and whether a renamed metric breaks that."""

import dataclasses
import json
import pathlib
import subprocess
import tempfile
import unittest

import pages
import reading
import registry as registries
import support


def changed(change):
    """The registry after a change of its JSON."""
    data = json.loads(support.registry().path.read_text())
    change({entry["name"]: entry for entry in data["metrics"]})
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(data, file)
        file.flush()
        return registries.Registry(file.name)


class Generation(unittest.TestCase):
    def test_the_committed_dashboards_are_what_the_registry_makes(self):
        self.assertEqual(pages.differences(pages.files(support.registry()), reading.GRAFANA), [])

    def test_a_file_that_was_edited_is_missing_or_is_too_many_is_found(self):
        files = {pathlib.Path("classic/a.json"): "a", pathlib.Path("v2/a.json"): "b"}
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            pages.write(files, directory)
            self.assertEqual(pages.differences(files, directory), [])
            (directory / "classic" / "a.json").write_text("edited")
            (directory / "v2" / "a.json").rename(directory / "v2" / "b.json")
            expected = ["classic/a.json", "v2/a.json", "v2/b.json"]
            self.assertEqual([str(path) for path in pages.differences(files, directory)], expected)
            pages.write(files, directory)
            self.assertEqual(pages.differences(files, directory), [])

    def test_the_program_refuses_a_registry_in_which_a_metric_was_renamed(self):
        data = json.loads(support.registry().path.read_text())
        for entry in data["metrics"]:
            if entry["name"] == "tcplens.retransmits":
                entry["name"] = "tcplens.retransmissions"
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(data, file)
            file.flush()
            result = subprocess.run(
                [reading.GRAFANA / "generate", "--check", "--registry", file.name], capture_output=True, text=True
            )
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"^the registry has no metric tcplens\.retransmits: it was renamed or removed")

    def test_each_metric_that_is_renamed_breaks_the_generation(self):
        for name in support.registry().metrics:
            if name in pages.NOT_SHOWN:
                continue
            with self.subTest(name):
                registry = changed(lambda metrics: metrics[name].update(name=name + ".renamed"))
                with self.assertRaisesRegex(registries.UnknownName, name.replace(".", r"\.") + ":"):
                    pages.dashboards(registry)

    def test_an_attribute_that_is_renamed_breaks_the_generation(self):
        def change(metrics):
            for attribute in metrics["tcplens.retransmits"]["attributes"]:
                attribute["key"] = attribute["key"].replace("retransmit.type", "retransmit.kind")

        with self.assertRaisesRegex(registries.UnknownName, "tcplens.retransmits has no attribute .*retransmit.type"):
            pages.dashboards(changed(change))

    def test_a_value_that_is_renamed_breaks_the_generation(self):
        def change(metrics):
            for attribute in metrics["system.network.connection.count"]["attributes"]:
                values = attribute.get("values", [])
                attribute["values"] = ["closing_wait" if value == "close_wait" else value for value in values]

        with self.assertRaisesRegex(registries.UnknownName, "network.connection.state is never 'close_wait'"):
            pages.dashboards(changed(change))

    def test_a_unit_that_grafana_does_not_have_breaks_the_generation(self):
        registry = changed(lambda metrics: metrics["tcplens.connection.io"].update(unit="furlong"))
        with self.assertRaisesRegex(registries.UnknownName, "tcplens.connection.io has the unit furlong"):
            pages.dashboards(registry)

    def test_both_forms_show_the_same(self):
        self.assertEqual(len(reading.paths("classic")), len(pages.dashboards(support.registry())))
        for path in reading.paths("classic"):
            classic, v2 = (reading.read(form, support.files()[form, path.stem]) for form in reading.FORMS)
            for panel in classic.panels + v2.panels:
                # Their places count from different tops.
                panel.place = panel.place[2:]
            for field in dataclasses.fields(reading.Panel):
                values = [[getattr(panel, field.name) for panel in each.panels] for each in (classic, v2)]
                self.assertEqual(*values)
            self.assertEqual(classic.variables, v2.variables)
            self.assertEqual([row[:2] for row in classic.rows], [row[:2] for row in v2.rows])
            for name in ("identifier", "title", "description", "is_editable", "tags", "refresh"):
                self.assertEqual(getattr(classic, name), getattr(v2, name))
