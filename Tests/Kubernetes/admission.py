"""Evaluates the ValidatingAdmissionPolicy of the chart, in its own language (CEL), for pods that it must let in or
refuse."""

import copy

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional

DYNAMIC = {"object": cel.Type.DYN, "variables": cel.Type.DYN}


class Policy:
    """A policy whose expressions are compiled."""

    def __init__(self, document):
        environment = cel.NewEnv(variables=DYNAMIC, extensions=[ext_optional.ExtOptional()])
        spec = document["spec"]
        self.variables = [(each["name"], environment.compile(each["expression"])) for each in spec["variables"]]
        self.rules = [(each["message"], environment.compile(each["expression"])) for each in spec["validations"]]

    def refusals(self, pod):
        """The messages with which a pod is refused."""
        data = {"object": {"spec": pod}, "variables": {}}
        for name, expression in self.variables:
            data["variables"][name] = expression.eval(data=data).plain_value()
        return [message for message, expression in self.rules if not expression.eval(data=data).plain_value()]


def changed(pod, change):
    pod = copy.deepcopy(pod)
    change(pod)
    return pod


def refused(agent, sidecar, application):
    """Pods that must be refused: what they are, the pod, and a part of the message."""
    def first(change):
        return lambda pod: change(pod["containers"][0])

    add = lambda *names: lambda container: container.update(securityContext={"capabilities": {"add": list(names)}})
    host_path = {"name": "root", "hostPath": {"path": "/"}}
    yield "privileged", changed(application, first(lambda c: c.update(securityContext={"privileged": True}))), "privileged"
    yield "an unmasked /proc", changed(application, first(lambda c: c.update(securityContext={"procMount": "Unmasked"}))), "privileged"
    yield "an agent with SYS_ADMIN", changed(agent, first(add("BPF", "SYS_ADMIN"))), "only the capabilities"
    yield "an application with BPF", changed(sidecar, first(add("BPF"))), "only the container tcplens"
    yield "an image called tcplens", changed(agent, first(lambda c: c.update(image="other/tcplens:1"))), "only the container"
    yield "an init container with BPF", changed(
        application, lambda pod: pod.update(initContainers=[{"name": "i", "image": "i", "securityContext": {"capabilities": {"add": ["BPF"]}}}])
    ), "only the container tcplens"
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        yield key, changed(application, lambda pod, key=key: pod.update({key: True})), "only pods with nothing but tcplens"
        yield f"{key} of a pod with a sidecar", changed(sidecar, lambda pod, key=key: pod.update({key: True})), "only pods"
    yield "hostPath", changed(application, lambda pod: pod.update(volumes=[host_path])), "only pods with nothing but"
    yield "a debugger", changed(
        agent, lambda pod: pod.update(ephemeralContainers=[{"name": "d", "securityContext": {"privileged": True}}])
    ), "no ephemeral container"


def check(policies, pods):
    """Yields what is wrong.

    - Parameters:
      - policies: The rendered policies; there must be one.
      - pods: The pods of the plain manifests by their file.
    """
    (policy,) = [Policy(document) for document in policies]
    for name, pod in pods.items():
        for message in policy.refusals(pod):
            yield f"the pod of {name} is refused: {message}"
    agent, sidecar, application = (pods[f"{name}.yaml"] for name in ("daemonset", "sidecar-container", "collector"))
    for name, pod, part in refused(agent, sidecar, application):
        messages = policy.refusals(pod)
        if not any(part in message for message in messages):
            yield f"{name} is not refused with '{part}': {messages}"
