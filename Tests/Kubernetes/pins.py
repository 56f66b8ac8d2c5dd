"""Checks what daemonset.pin renders: the agent pins where the node's directory is mounted, however it is configured, and
gets nothing else for that."""

import yaml

PINS = "/sys/fs/bpf/tcplens"


def pod(chart, values):
    """The pod of the DaemonSet."""
    values = {"otlp": {"endpoint": "http://c:4318"}, **values}
    text = chart.render(values, name="tcplens", namespace="tcplens")["tcplens/templates/daemonset.yaml"]
    return yaml.safe_load(text)["spec"]["template"]["spec"]


def settings(container):
    """The directories of its settings, of which there should be one."""
    options = [argument.removeprefix("--pin=") for argument in container["args"] if argument.startswith("--pin=")]
    return options + [variable["value"] for variable in container["env"] if variable["name"] == "TCPLENS_PIN"]


def check(chart):
    """Yields what is wrong."""
    for config in ("", 'file_format: "1.1"\n'):
        without = pod(chart, {"config": config})
        (container,) = without["containers"]
        if settings(container):
            yield f"without daemonset.pin the agent pins in {settings(container)}"
        found = pod(chart, {"config": config, "daemonset": {"pin": PINS}})
        (pinning,) = found["containers"]
        volumes = [volume for volume in found["volumes"] if volume not in without["volumes"]]
        mounts = [mount for mount in pinning["volumeMounts"] if mount not in container["volumeMounts"]]
        if [volume["hostPath"]["path"] for volume in volumes] != [PINS]:
            yield f"the new volumes are {volumes}"
        elif [(mount["name"], mount["mountPath"]) for mount in mounts] != [(volumes[0]["name"], *settings(pinning))]:
            yield f"the agent pins in {settings(pinning)}, and the new mounts are {mounts}"
        # The same rights as without.
        changed = ("volumes", "containers")
        if {**found, **dict.fromkeys(changed)} != {**without, **dict.fromkeys(changed)}:
            yield "the pod has other rights with daemonset.pin"
        if pinning["securityContext"] != container["securityContext"]:
            yield "the container has other rights with daemonset.pin"
