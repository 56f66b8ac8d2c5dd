# What fails when the sidecar lacks one of its rights, and with which message.
# shellcheck shell=bash disable=SC2154

# lacks WHAT NAME FILTER MISSING: starts the sidecar's pod without something. Its agent must end with status 1, and say why; and
# so must doctor, which says what exactly is missing.
lacks() {
    local pod=sidecar-$2 message
    deploy sidecar-container.yaml "as_pod(\"$pod\") | $3"
    becomes "without $1 the agent ends" 60 has_ended "$pod"
    is "  its status" "$(ending "$pod")" 1
    message=$(kubectl --namespace tcplens logs "$pod" -c tcplens | tail -n 1)
    contains "  its message" "$message" "CAP_BPF and CAP_PERFMON"
    deploy sidecar-container.yaml "as_pod(\"$pod-doctor\") | $3 | agent(.args = [\"doctor\"])"
    eventually 60 has_ended "$pod-doctor" || true
    message=$(kubectl --namespace tcplens logs "$pod-doctor" -c tcplens | grep 'capabilities:' || true)
    contains "  what doctor says" "$message" "$4"
    quiet kubectl --namespace tcplens delete pod "$pod" "$pod-doctor" --wait=false
}
ending() {
    kubectl --namespace tcplens get pod "$1" -o json | jq '.status.containerStatuses[]? | select(.name == "tcplens")
        | (.lastState.terminated // .state.terminated).exitCode // empty'
}
has_ended() { [ -n "$(ending "$1")" ]; }

lacks BPF no-bpf 'without_capability("BPF")' "CAP_BPF missing"
lacks PERFMON no-perfmon 'without_capability("PERFMON")' "CAP_PERFMON missing"
# Kubernetes gives capabilities only to root.
lacks root no-root 'agent(.securityContext += {runAsUser: 65534, runAsGroup: 65534})' "missing"
