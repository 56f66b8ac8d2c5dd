"""Checks what is rendered from the chart: that it is committed, valid for each version of Kubernetes, and tight."""

import filecmp
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import admission
import kubernetes_validate
import yaml
from helm_python.chart import Chart
from kubernetes_validate import utils

HERE = pathlib.Path(__file__).resolve().parent
KUBERNETES = HERE.parents[1] / "deploy" / "kubernetes"
PROGRAMS = pathlib.Path(sys.prefix) / "bin"

# The first version that has all fields of a manifest.
NATIVE_SIDECAR = (1, 28)
FIRST_VERSIONS = {
    "sidecar-native.yaml": NATIVE_SIDECAR,
    "ValidatingAdmissionPolicy": (1, 30),
    "ValidatingAdmissionPolicyBinding": (1, 30),
    "appArmorProfile": (1, 30),
}
# Kinds that are not Kubernetes' own, so there is no schema of them here.
FOREIGN = ("PodMonitor", "PolicyException")

# Renderings with what the plain manifests do not have.
VARIANTS = {
    "everything": {
        "collector": {"enabled": True, "exporters": {"otlp_http": {"endpoint": "https://b:4318"}}},
        "config": 'file_format: "1.1"\n',
        "daemonset": {"hostNetwork": False, "spool": {"type": "hostPath"}, "pin": "/sys/fs/bpf/tcplens"},
        "exporters": ["otlp", "prometheus"],
        "image": {"digest": "sha256:" + "a" * 64, "pullSecrets": ["registry"]},
        "otlp": {
            "endpoint": "https://c:4318",
            "headers": {"secretName": "h"},
            "tls": {"secretName": "t", "certificate": "tls.crt", "key": "tls.key"},
        },
        "podMonitor": {"enabled": True},
        "podSecurity": {"namespace": True, "admissionPolicy": {"enabled": True}, "kyverno": True},
        "sidecar": {"native": False, "configMap": "c", "example": {"enabled": True}},
    },
    "appArmorProfile": {
        "otlp": {"endpoint": "http://c:4318"},
        "daemonset": {
            "appArmorProfile": {"type": "Unconfined"}, "spool": {"type": "emptyDir"}, "pin": "/sys/fs/bpf/node/tcplens",
        },
    },
    "least": {
        "otlp": {"endpoint": "http://c:4318"},
        "daemonset": {"applicationResource": False, "podNames": False, "hostID": False, "hostNetwork": False},
    },
}

# What checkov objects to, by file, and why it stays.
ROOT = "tcplens runs as root: Kubernetes gives capabilities to no other user"
CAPABILITIES = "BPF and PERFMON load and attach the programs; all others are dropped"
DIGEST = "a digest belongs to one registry; the value image.digest takes it"
VERSION = "the tag is a version, which never changes, so the image need not be pulled each time"
IMAGE = {"CKV_K8S_43": DIGEST, "CKV_K8S_15": VERSION}
AGENT = {**IMAGE, "CKV_K8S_40": ROOT, "CKV_K8S_23": ROOT, "CKV_K8S_25": CAPABILITIES}
SKIPPED = {
    "sidecar-native.yaml": {**IMAGE, "CKV_K8S_25": CAPABILITIES},
    "sidecar-container.yaml": {
        **AGENT,
        "CKV_K8S_9": "an application should not stop to serve because its agent's Collector is away",
    },
    "collector.yaml": IMAGE,
    "daemonset.yaml": {
        **AGENT,
        "CKV_K8S_17": "hostPID, to ask the processes of all pods which service they are",
        "CKV_K8S_19": "hostNetwork, for what the kernel only counts for the node's own network namespace",
        "CKV2_K8S_6": "policies do not apply to pods with hostNetwork",
    },
}


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def check_rendered():
    """What is committed is what the chart renders."""
    with tempfile.TemporaryDirectory() as directory:
        result = run(KUBERNETES / "render", directory)
        if result.returncode != 0:
            yield f"deploy/kubernetes/render fails: {result.stderr}"
            return
        for part in ("manifests", "kustomize"):
            fresh, committed = pathlib.Path(directory) / part, KUBERNETES / part
            names = {path.relative_to(root) for root in (fresh, committed) for path in root.rglob("*") if path.is_file()}
            for name in sorted(names):
                if not (fresh / name).exists():
                    yield f"{part}/{name} is not rendered any more: remove it"
                elif not (committed / name).exists() or not filecmp.cmp(fresh / name, committed / name, shallow=False):
                    yield f"{part}/{name} differs from the chart: run deploy/kubernetes/render"


def texts():
    """All manifests by name: the plain ones, and the variants of the chart."""
    for path in sorted((KUBERNETES / "manifests").glob("*.yaml")):
        yield path.name, path.read_text()
    with Chart.load(KUBERNETES / "chart") as chart:
        for name, values in VARIANTS.items():
            found = chart.render(values, name="tcplens", namespace="tcplens")
            yield name, "\n---\n".join(text for path, text in sorted(found.items()) if path.endswith(".yaml"))


def schema_versions():
    """The versions of Kubernetes whose schemas are installed."""
    names = {utils.major_minor(version) for version in utils.all_versions()}
    return sorted(tuple(map(int, name.split("."))) for name in names)


def check_schemas():
    versions = [version for version in schema_versions() if version >= (1, 25)]
    if len(versions) < 10:
        yield f"there are schemas of {versions} only"
    for name, text in texts():
        for document in yaml.safe_load_all(text):
            if not document or document["kind"] in FOREIGN:
                continue
            first = max(FIRST_VERSIONS.get(name, (1, 25)), FIRST_VERSIONS.get(document["kind"], (1, 25)))
            for version in (version for version in versions if version >= first):
                try:
                    kubernetes_validate.validate(document, "%d.%d" % version, strict=True)
                except Exception as error:
                    yield f"{name}, {document['kind']}, {version[0]}.{version[1]}: {error}"


def kustomize(directory):
    result = run(PROGRAMS / "kubectl", "kustomize", directory)
    return list(yaml.safe_load_all(result.stdout)), result.stderr.strip()


def check_kustomize():
    """Each base has what its manifest has, and each component puts the agent where it belongs."""
    for name in ("daemonset", "collector"):
        found, error = kustomize(KUBERNETES / "kustomize" / name)
        plain = list(yaml.safe_load_all((KUBERNETES / "manifests" / f"{name}.yaml").read_text()))
        order = lambda documents: sorted(documents, key=lambda document: document["kind"])
        if error or order(found) != order(plain):
            yield f"kustomize/{name} is not the manifest: {error or 'they differ'}"
    for name, place in (("sidecar-native", "initContainers"), ("sidecar-container", "containers")):
        with tempfile.TemporaryDirectory() as directory:
            shutil.copytree(KUBERNETES / "kustomize" / name, pathlib.Path(directory) / "sidecar")
            shutil.copytree(HERE / "application", directory, dirs_exist_ok=True)
            found, error = kustomize(directory)
        if error or [document["kind"] for document in found] != ["Service", "Deployment", "StatefulSet"]:
            yield f"kustomize/{name}: {error or 'the kinds are other ones'}"
            continue
        text = (KUBERNETES / "manifests" / f"{name}.yaml").read_text()
        (example,) = [document for document in yaml.safe_load_all(text) if document["kind"] == "Deployment"]
        of_example = example["spec"]["template"]["spec"]
        for document in found[1:]:
            pod = document["spec"]["template"]["spec"]
            agents = [container for container in of_example[place] if container["name"] == "tcplens"]
            if [container for container in pod[place] if container["name"] == "tcplens"] != agents:
                yield f"kustomize/{name}: {document['kind']} has not the container of the example in {place}"
            if "app" not in [container["name"] for container in pod["containers"]]:
                yield f"kustomize/{name}: {document['kind']} has lost its application"
            if place == "initContainers" and pod[place][0]["name"] != "tcplens":
                yield f"kustomize/{name}: in {document['kind']} other init containers start before tcplens"
            volumes = [volume for volume in of_example["volumes"] if volume["name"].startswith("tcplens")]
            if not volumes or any(volume not in pod["volumes"] for volume in volumes):
                yield f"kustomize/{name}: {document['kind']} has not the volumes of the agent"
            if len(pod["volumes"]) != len(volumes) + (document["kind"] == "StatefulSet"):
                yield f"kustomize/{name}: {document['kind']} has other volumes than its own and those of the agent"


def check_checkov():
    """Security policies: what fails has a reason in `SKIPPED`, and each reason is needed."""
    command = [PROGRAMS / "checkov", "--framework", "kubernetes", "--compact", "--quiet", "--skip-download",
               "--output", "json", "--directory", KUBERNETES / "manifests"]
    result = run(*command, env={**os.environ, "BC_ANALYTICS": "false"})
    report = yaml.safe_load(result.stdout)
    if not report or report["summary"]["passed"] < 100:
        yield f"checkov did not check much: {result.stdout[:300]}{result.stderr[:300]}"
        return
    needed = set()
    for failed in report["results"]["failed_checks"]:
        name, check = failed["file_path"].lstrip("/"), failed["check_id"]
        needed.add((name, check))
        if check not in SKIPPED.get(name, {}):
            yield f"{name}: {failed['resource']}: {check} {failed['check_name']}"
    for name, reasons in SKIPPED.items():
        for check in sorted(set(reasons) - {check for file, check in needed if file == name}):
            yield f"{name}: {check} has a reason to be skipped, but does not fail"


def check_admission():
    """The admission policy lets in the pods of the manifests, and refuses others."""
    pods = {}
    for path in sorted((KUBERNETES / "manifests").glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if document["kind"] in ("DaemonSet", "Deployment"):
                pods[path.name] = document["spec"]["template"]["spec"]
    values = {"otlp": {"endpoint": "http://c:4318"}, "podSecurity": {"admissionPolicy": {"enabled": True}}}
    with Chart.load(KUBERNETES / "chart") as chart:
        text = chart.render(values, name="tcplens", namespace="tcplens")["tcplens/templates/admissionpolicy.yaml"]
    policies = [document for document in yaml.safe_load_all(text) if document["kind"] == "ValidatingAdmissionPolicy"]
    yield from admission.check(policies, pods)


def check_yaml():
    """The form of YAML, with one width for all."""
    paths = [KUBERNETES / "manifests", KUBERNETES / "kustomize", KUBERNETES / "chart" / "values.yaml",
             KUBERNETES / "chart" / "Chart.yaml"]
    result = run(PROGRAMS / "yamllint", "--strict", "--format", "parsable", "--config-file", HERE / "yamllint.yaml", *paths)
    yield from (line.replace(f"{KUBERNETES}/", "") for line in result.stdout.splitlines())


def check_collector():
    """The Collector itself accepts its configuration, if there is one here ($OTELCOL, or otelcol on the PATH)."""
    program = os.environ.get("OTELCOL") or shutil.which("otelcol")
    if not program:
        if os.environ.get("CI"):
            yield "there is no Collector: set OTELCOL to its path"
        else:
            print("collector: skipped, there is no Collector: set OTELCOL to its path")
        return
    for name, text in texts():
        for document in yaml.safe_load_all(text):
            if document and document["kind"] == "ConfigMap" and "collector.yaml" in document["data"]:
                with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                    file.write(document["data"]["collector.yaml"])
                    file.flush()
                    result = run(program, "validate", "--config", file.name)
                if result.returncode != 0:
                    yield f"{name}: the Collector refuses its configuration: {result.stderr.strip()}"
