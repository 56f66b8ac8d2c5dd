"""All dashboards, and the files that they are in."""

import json
import pathlib

from grafana_foundation_sdk.cog.encoder import JSONEncoder

import agent
import classic
import fleet
import host
import http_beside_tcp
import v2

FORMS = {"classic": classic.dashboard_of, "v2": v2.manifest}

# Metrics that are on no panel, each with the reason.
NOT_SHOWN = {}


def dashboards(registry):
    """The dashboards with everything in its place."""
    return [module.dashboard(registry).finish(registry) for module in (fleet, host, http_beside_tcp, agent)]


def files(registry):
    """The text of each file, by its path below this directory."""
    return {
        pathlib.Path(form, f"{page.identifier}.json"): text(make(page))
        for page in dashboards(registry)
        for form, make in FORMS.items()
    }


def text(model):
    """A model of the SDK as the text of a file."""
    return json.dumps(model, cls=JSONEncoder, indent=2, ensure_ascii=False) + "\n"


def differences(files, directory):
    """The paths that differ from what should be there: changed, missing, or too many."""
    found = {path.relative_to(directory) for form in FORMS for path in (directory / form).glob("*.json")}
    changed = {path for path in found & files.keys() if (directory / path).read_text() != files[path]}
    return sorted(changed | found ^ files.keys())


def write(files, directory):
    """Makes the directory have these files, and no others."""
    for path in differences(files, directory):
        if path in files:
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(files[path])
        else:
            (directory / path).unlink()
