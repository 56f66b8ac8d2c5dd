# What fails when the sidecar lacks one of its rights, and with which message.
# shellcheck shell=bash disable=SC2154

# lacks WHAT NAME FILTER MESSAGE: starts the sidecar's pod without something. Its agent must end with status 1.
lacks() {
    local pod=sidecar-$2 log
    deploy sidecar-container.yaml "as_pod(\"$pod\") | $3"
    becomes "without $1 the agent ends" 60 has_ended "$pod"
    is "  its status" "$(ending "$pod")" 1
    log=$(kubectl --namespace tcplens logs "$pod" -c tcplens | tail -n 1)
    if [[ $log = *$4* ]]; then passed "  its message: $log"; else failed "  its message should say '$4': $log"; fi
    quiet kubectl --namespace tcplens delete pod "$pod" --wait=false
}
ending() {
    kubectl --namespace tcplens get pod "$1" -o json | jq '.status.containerStatuses[] | select(.name == "tcplens")
        | (.lastState.terminated // .state.terminated).exitCode // empty'
}
has_ended() { [ -n "$(ending "$1")" ]; }

lacks BPF no-bpf 'without_capability("BPF")' CAP_BPF
lacks PERFMON no-perfmon 'without_capability("PERFMON")' CAP_PERFMON
# Kubernetes gives capabilities only to root.
lacks root no-root 'agent(.securityContext += {runAsUser: 65534, runAsGroup: 65534})' CAP_BPF
