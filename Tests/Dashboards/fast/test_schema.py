"""Whether the files have the structure that Grafana expects, in both forms."""

import unittest

import schema
import support


def panel_of(data):
    """Any panel of a dashboard of the form V2."""
    return next(iter(data["spec"]["elements"].values()))["spec"]


# What is changed in a dashboard, by form, and what must be found.
MISTAKES = {
    "classic": {
        "a key that is not known": (lambda data: data.update(colour="red"), "'colour' was unexpected"),
        "a number as text": (lambda data: data.update(schemaVersion="42"), "'42' is not of type 'integer'"),
        "a key that is missing": (lambda data: data.pop("templating"), "'templating' is a required property"),
        "a value that is not known": (lambda data: data.update(graphTooltip=7), "7 is not one of"),
        "a panel without identifier of its query": (
            lambda data: support.panels(data)["Data"]["targets"][0].update(expression="up"),
            "'expression' was unexpected",
        ),
        "a panel with half a place": (
            lambda data: support.panels(data)["Data"]["gridPos"].pop("w"),
            "'w' is a required property",
        ),
        "an option of another kind of panel": (
            lambda data: support.panels(data)["Data"]["options"].update(cellHeight="sm"),
            "'cellHeight' was unexpected",
        ),
        "a field of another kind of panel": (
            lambda data: support.panels(data)["Data"]["fieldConfig"]["defaults"]["custom"].update(align="left"),
            "'align' was unexpected",
        ),
        "a kind of panel that is not known": (
            lambda data: support.panels(data)["Data"].update(type="graph"),
            "the kind graph is not known",
        ),
    },
    "v2": {
        "a key that is not known": (lambda data: data["spec"].update(uid="x"), "'uid' was unexpected"),
        "a key that is missing": (lambda data: data["spec"].pop("timeSettings"), "'timeSettings' is a required"),
        "a variable of no kind": (lambda data: data["spec"]["variables"][0].update(kind="X"), "variables/0"),
        "a panel of no kind": (lambda data: panel_of(data)["vizConfig"].update(kind="X"), "elements/"),
        "a number as text": (lambda data: panel_of(data).update(id="1"), "elements/"),
        "a query that is not known": (
            lambda data: panel_of(data)["data"]["spec"]["queries"][0]["spec"]["query"]["spec"].update(promql="up"),
            "'promql' was unexpected",
        ),
        "metadata without a name": (lambda data: data["metadata"].pop("name"), "'name' is a required property"),
    },
}


class Schema(unittest.TestCase):
    def test_each_dashboard_has_the_structure_of_its_form(self):
        for (form, name), data in support.files().items():
            with self.subTest(form=form, name=name):
                self.assertEqual(list(schema.FORMS[form](data)), [])

    def test_versions(self):
        for (form, name), data in support.files().items():
            if form == "classic":
                self.assertEqual(data["schemaVersion"], 42)
            else:
                self.assertEqual((data["apiVersion"], data["kind"]), ("dashboard.grafana.app/v2", "Dashboard"))
                self.assertEqual(data["metadata"]["name"], name)

    def test_mistakes_are_found(self):
        for form, mistakes in MISTAKES.items():
            for title, (change, expected) in mistakes.items():
                with self.subTest(title, form=form):
                    data = support.original(form=form)
                    change(data)
                    findings = list(schema.FORMS[form](data))
                    self.assertTrue(any(expected in finding for finding in findings), findings)

    def test_schemas_made_from_models_are_as_strict_as_those_of_grafana(self):
        # Some of what the schemas say that Grafana publishes with its foundation SDK.
        required = {
            "dashboard": {
                "DataTransformerConfig": "id options",
                "FieldColor": "mode",
                "GridPos": "h w x y",
                "Threshold": "value color",
                "ThresholdsConfig": "mode steps",
            },
            "dashboardv2": {
                "Dashboard": "annotations cursorSync elements layout links preload tags timeSettings title variables",
                "AnnotationQuerySpec": "query enable hide iconColor name",
                "DataQueryKind": "kind group version spec",
                "PanelSpec": "id title description links data vizConfig",
                "QueryGroupSpec": "queries transformations queryOptions",
                "PanelQuerySpec": "query refId hidden",
                "TransformationKind": "kind group spec",
                "TransformationSpec": "options",
                "MatcherConfig": "id",
            },
        }
        definitions = {**schema.CLASSIC.definitions, **schema.V2.definitions}
        for model, name, keys in ((model, *item) for model in required for item in required[model].items()):
            definition = definitions[f"{model}.{name}"]
            self.assertEqual(sorted(definition["required"]), sorted(keys.split()), name)
            self.assertFalse(definition["additionalProperties"])
