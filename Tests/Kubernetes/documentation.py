"""Checks that what the documentation says of the manifests works: paths exist, values exist, commands of Helm render,
and kustomizations build."""

import pathlib
import re
import shlex
import subprocess
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "deploy/README.md")
PATH = re.compile(r"\b(?:deploy|Tests|Benchmarks)/[\w./-]*\w")
VALUE = re.compile(r"`((?:daemonset|sidecar|collector|podSecurity|podMonitor|otlp|health|image|networkPolicy)\.[\w.]+)(?:=([\w.]+))?`")


def blocks(text):
    """The indented blocks of a document, each as text without the indentation."""
    found, current = [], []
    for line in text.split("\n"):
        if line.startswith("    ") or (not line and current):
            current.append(line[4:])
        elif current:
            found.append("\n".join(current).strip("\n"))
            current = []
    return found


def get(values, path):
    """The value at a path of the chart's defaults; KeyError if there is none."""
    for key in path.split("."):
        # Those of Kubernetes are not spelled out in values.yaml.
        if values == {}:
            return {}
        values = values[key]
    return values


def settings(command):
    """The values that a command of Helm sets."""
    words, values = shlex.split(command.replace("\\\n", " ")), {}
    for option, text in zip(words, words[1:]):
        if option == "--set":
            path, value = text.split("=", 1)
            target = values
            *parents, last = path.split(".")
            for key in parents:
                target = target.setdefault(key, {})
            target[last] = {"true": True, "false": False}.get(value, value)
    return values


def check_kustomization(text, program):
    """Builds a kustomization whose resources are relative to the checkout."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".build") as directory:
        local = re.sub(r"- deploy/", "- ../../deploy/", text)
        (pathlib.Path(directory) / "kustomization.yaml").write_text(local)
        result = subprocess.run([program, "kustomize", directory], capture_output=True, text=True)
    if result.returncode != 0:
        return result.stderr.strip()
    images = [document for document in yaml.safe_load_all(result.stdout) if "localhost/tcplens" in yaml.safe_dump(document)]
    return "the name of the image is not replaced" if "images:" in text and images else None


def check(chart, program):
    """Yields what is wrong."""
    commands = kustomizations = 0
    for name in DOCUMENTS:
        text = (ROOT / name).read_text()
        for path in sorted(set(PATH.findall(text))):
            if not (ROOT / path).exists():
                yield f"{name}: there is no {path}"
        for path, _ in VALUE.findall(text):
            if path.endswith(".yaml"):
                continue
            try:
                get(chart.values, path)
            except (KeyError, TypeError):
                yield f"{name}: the chart has no value {path}"
        for block in blocks(text):
            if block.startswith("helm install"):
                commands += 1
                command = block.split("\nkubectl")[0]
                try:
                    chart.render(settings(command), name="tcplens", namespace="tcplens")
                except Exception as error:
                    yield f"{name}: '{command}' fails: {error}"
            if block.startswith("apiVersion: kustomize"):
                kustomizations += 1
                error = check_kustomization(block, program)
                if error:
                    yield f"{name}: a kustomization fails: {error}"
    if not commands or not kustomizations:
        yield f"there are {commands} commands of Helm and {kustomizations} kustomizations in {', '.join(DOCUMENTS)}"
