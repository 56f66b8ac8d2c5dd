"""JSON schemas of dashboards, made from the models of Grafana's own SDK.

Grafana generates the SDK's models and its JSON schemas from the same definitions. So a schema made from a model says
the same, and comes with the pinned package instead of being copied here. It also covers what Grafana's schemas leave
open: the options of each kind of panel.
"""

import ast
import enum
import importlib
import inspect
import textwrap
import typing

import jsonschema
from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.models import dashboard, dashboardv2, prometheus, resource

SCALARS = {str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"}}
# The SDK always writes this one, with the only value that it has; in Grafana a link without it is above the panels.
OPTIONAL = {("DashboardLink", "placement")}


class Schema:
    """The schema of a model and of everything in it."""

    def __init__(self, root):
        self.definitions = {}
        self.schema = {"definitions": self.definitions, **self.of(root)}

    def findings(self, data):
        """What is wrong with the data, as text with its place."""
        for error in jsonschema.Draft7Validator(self.schema).iter_errors(data):
            deepest = max(leaves(error), key=lambda leaf: len(leaf.absolute_path))
            yield f"{'/'.join(map(str, deepest.absolute_path))}: {deepest.message[:200]}"

    def of(self, hint):
        """The schema of a type."""
        if hint in SCALARS:
            return SCALARS[hint]
        if hint in (object, typing.Any):
            return {}
        if hint is type(None):
            return {"type": "null"}
        if hint is variants.Dataquery:
            return self.of(prometheus.Dataquery)
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is typing.Union:
            return {"anyOf": [self.of(argument) for argument in arguments]}
        if origin is typing.Literal:
            return {"enum": list(arguments)}
        if origin is list:
            return {"type": "array", "items": self.of(*arguments)}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if issubclass(hint, enum.Enum):
            return {"enum": [member.value for member in hint]}
        return self.of_model(hint)

    def of_model(self, model):
        """A reference to the schema of a model: all its keys, and those that it always writes."""
        name = f"{model.__module__.rpartition('.')[2]}.{model.__name__}"
        if name not in self.definitions:
            definition = self.definitions[name] = {"type": "object", "additionalProperties": False}
            hints, required, properties = typing.get_type_hints(model), [], {}
            for key, attribute, is_required in keys(model):
                properties[key] = self.of(without_none(hints[attribute], is_required))
                if is_required and (model.__name__, key) not in OPTIONAL:
                    required.append(key)
            definition.update(properties=properties, required=required)
        return {"$ref": f"#/definitions/{name}"}


def leaves(error):
    """The errors of all alternatives, where none of several fits."""
    if not error.context:
        yield error
    for inner in error.context:
        yield from leaves(inner)


def keys(model):
    """The keys that a model writes, with their attributes, and whether it always writes them."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(model.to_json)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values):
                yield key.value, value.attr, True
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            yield node.targets[0].slice.value, node.value.attr, False


def without_none(hint, is_required):
    """The type without None, which a model never writes for a key that it may leave out."""
    if is_required or typing.get_origin(hint) is not typing.Union:
        return hint
    return typing.Union[tuple(each for each in typing.get_args(hint) if each is not type(None))]


CLASSIC, V2 = Schema(dashboard.Dashboard), Schema(dashboardv2.Dashboard)
RESOURCE, QUERY = Schema(resource.Manifest), Schema(prometheus.Dataquery)


def kinds():
    """The options and own fields of each kind of panel that we use."""
    result = {}
    for kind in ("timeseries", "stat", "table", "heatmap"):
        module = importlib.import_module(f"grafana_foundation_sdk.models.{kind}")
        fields = Schema(module.FieldConfig) if hasattr(module, "FieldConfig") else None
        result[kind] = Schema(module.Options), fields
    return result


KINDS = kinds()


def of_panel(kind, options, config):
    """What is wrong with what belongs to the kind of a panel."""
    if kind not in KINDS:
        yield f"the kind {kind} is not known"
        return
    own, fields = KINDS[kind]
    yield from own.findings(options)
    custom = config["defaults"].get("custom")
    if custom is not None and fields is not None:
        yield from fields.findings(custom)


def classic(data):
    """What is wrong with a dashboard of the classic form."""
    yield from CLASSIC.findings(data)
    for item in data["panels"]:
        for panel in item["panels"] if item["type"] == "row" else [item]:
            yield from of_panel(panel["type"], panel["options"], panel["fieldConfig"])


def v2(data):
    """What is wrong with a dashboard of the form V2."""
    yield from RESOURCE.findings(data)
    yield from V2.findings(data["spec"])
    for name, element in data["spec"]["elements"].items():
        picture = element["spec"]["vizConfig"]
        yield from of_panel(picture["group"], picture["spec"]["options"], picture["spec"]["fieldConfig"])
        for query in element["spec"]["data"]["spec"]["queries"]:
            yield from QUERY.findings(query["spec"]["query"]["spec"])


FORMS = {"classic": classic, "v2": v2}
