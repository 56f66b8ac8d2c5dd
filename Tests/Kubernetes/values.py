"""Checks that each value of the chart does something, and that all others are refused with a message one can use."""

import copy
import difflib

from value_cases import CASES

ENDPOINT = {"otlp": {"endpoint": "http://collector:4318"}}

# Wrong values, and what the message must say.
REFUSED = [
    ({"otlp": {"endpont": "http://x:4318"}}, "additional properties 'endpont' not allowed"),
    ({"daemonSet": {}}, "additional properties 'daemonSet' not allowed"),
    ({"interval": "60s"}, "at '/interval': got string, want integer"),
    ({"exporters": ["console"]}, "at '/exporters/0'"),
    ({"daemonset": {"resources": {"limits": {"memory": "much"}}}}, "at '/daemonset/resources/limits/memory'"),
    ({"daemonset": {"livenessProbe": {"path": "/"}}}, "additional properties 'path' not allowed"),
    ({"daemonset": {"terminationGracePeriodSeconds": 3}}, "minimum: got 3, want 6"),
    ({"daemonset": {"pin": True}}, "at '/daemonset/pin'"),
    ({"daemonset": {"pin": "/sys/fs/bpf"}}, "at '/daemonset/pin'"),
    ({"daemonset": {"pin": "/sys/fs/bpf/../kernel"}}, "at '/daemonset/pin'"),
    ({"daemonset": {"pin": "/var/lib/tcplens"}}, "at '/daemonset/pin'"),
    ({"otlp": {"endpoint": "collector:4318"}}, "at '/otlp/endpoint'"),
    ({"otlp": {"endpoint": ""}}, "Set otlp.endpoint to the URL of your Collector"),
    ({"podMonitor": {"enabled": True}}, "podMonitor.enabled needs agents that can be scraped"),
]


def leaves(values, path=()):
    """The paths of all values that are not maps; an empty map is a leaf as well."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def path_of(name, values):
    """The path of a case; the last part may contain dots."""
    path = []
    while True:
        key = next((key for key in sorted(values, key=len, reverse=True) if name == key or name.startswith(key + ".")), None)
        if key is None:
            return None
        path.append(key)
        if name == key:
            return tuple(path)
        name, values = name[len(key) + 1 :], values[key]


def merged(values, other):
    """`values` with those of `other` in their place, as Helm merges them."""
    result = copy.deepcopy(values)
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def nested(path, value):
    for key in reversed(path):
        value = {key: value}
    return value


def check(chart):
    """Yields what is wrong."""
    defaults = chart.values

    def rendered(values):
        found = chart.render(values, name="tcplens", namespace="tcplens")
        return [line for name, text in sorted(found.items()) if not name.endswith(".txt") for line in text.split("\n")]

    cases = {path_of(name, defaults): (name, *case) for name, case in CASES.items()}
    if None in cases:
        yield f"value_cases.py has a case for {cases[None][0]}, which values.yaml does not have"
    for path in leaves(defaults):
        if path not in cases:
            yield f"{'.'.join(path)} has no case in value_cases.py"
            continue
        name, value, text, needs = cases[path]
        context = merged(ENDPOINT, needs)
        before = rendered(context)
        after = rendered(merged(context, nested(path, value)))
        new = [line[2:] for line in difflib.ndiff(before, after) if line.startswith("+ ")]
        if before == after:
            yield f"{name} changes nothing"
        elif text and not any(text in line for line in new):
            yield f"{name} does not cause '{text}'"
        # A value that is the default must not be a case that passes by chance.
        if value == get(defaults, path):
            yield f"the case of {name} has the default"
    for values, message in REFUSED:
        try:
            chart.render(merged(ENDPOINT, values))
            yield f"{values} is accepted"
        except Exception as error:
            if message not in str(error):
                yield f"{values} is refused with '{error}', which does not say: {message}"


def get(values, path):
    for key in path:
        values = values[key]
    return values
