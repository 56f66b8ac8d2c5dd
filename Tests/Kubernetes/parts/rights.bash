# What fails when the sidecar lacks one of its rights, and with which message.
# shellcheck shell=bash disable=SC2154

kubectl create namespace shop --dry-run=client -o yaml | kubectl apply -f - >>"$logs/kubectl" 2>&1

# lacks NAME SED-SCRIPT: starts the sidecar's pod without something, and shows how its agent ends.
lacks() {
    local code message
    apply sidecar.yaml "s/name: web, /name: web-$1, /; $2"
    eventually 60 has_ended "web-$1" || true
    code=$(kubectl --namespace shop get pod "web-$1" -o json | jq '.status.containerStatuses[] | select(.name == "tcplens")
        | (.lastState.terminated // .state.terminated).exitCode')
    message=$(kubectl --namespace shop logs "web-$1" -c tcplens | tail -n 3)
    is "status of an agent with $1" "$code" 1
    sed 's/^/      /' <<<"$message"
    holds "its message names $3" grep -q "$3" <<<"$message"
    kubectl --namespace shop delete pod "web-$1" --wait=false >>"$logs/kubectl"
}

has_ended() {
    [ -n "$(kubectl --namespace shop get pod "$1" -o json | jq '.status.containerStatuses[] | select(.name == "tcplens")
        | (.lastState.terminated // .state.terminated).exitCode // empty')" ]
}

lacks no-bpf 's/add: \[BPF, PERFMON\]/add: [PERFMON]/' CAP_BPF
lacks no-perfmon 's/add: \[BPF, PERFMON\]/add: [BPF]/' CAP_PERFMON
# Kubernetes gives capabilities only to root.
lacks another-user 's/runAsUser: 0/runAsUser: 65534/' CAP_BPF
