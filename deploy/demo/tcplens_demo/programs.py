"""Where the programs are that the demonstration starts."""

import os
import pathlib
import shutil

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = ROOT / ".build"


class Missing(Exception):
    """A program was not found."""


def first(name, candidates, advice):
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK) and os.path.isfile(candidate):
            return str(candidate)
    raise Missing(f"{name} was not found: {advice}")


def tcplens():
    built = [path for path in (BUILD / "release/tcplens", BUILD / "debug/tcplens") if path.exists()]
    # That of the last build.
    built.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    return first("tcplens", [os.environ.get("TCPLENS"), *built], "run `make release`, or set TCPLENS to its path")


def collector():
    """An OpenTelemetry Collector; also one that was put beside the checkout, as for the tests."""
    candidates = [os.environ.get("OTELCOL"), shutil.which("otelcol"), ROOT.parent / "shared/bin/otelcol"]
    return first("otelcol", candidates, "set OTELCOL to the path of an OpenTelemetry Collector")


def backend(name):
    """`victoria-metrics`, `prometheus` or `promtool`."""
    return first(name, [BUILD / "backends" / name], "run Tests/IntegrationTests/fetch-backends")


def python():
    """The Python with OpenTelemetry's SDK."""
    return first("Python with the SDK", [BUILD / "demo-venv/bin/python"], "run deploy/demo/prepare-venv.sh")
