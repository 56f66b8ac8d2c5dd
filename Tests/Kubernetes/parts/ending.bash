# Rollouts and deletions: the agent's last export, within the grace period.
# shellcheck shell=bash disable=SC2154

deploy sidecar-container.yaml impatient
deploy daemonset.yaml impatient
becomes_available tcplens deployment/tcplens-example || failed "the sidecar does not start"
becomes_available tcplens daemonset/tcplens || failed "the DaemonSet does not start"

# watch_ends: notes how containers of agents end: the pod's name and their status.
watch_ends() {
    kubectl --namespace tcplens get pods --watch -o json | jq --unbuffered -r '. as $pod
        | .status | objects | .containerStatuses[]? | select(.name == "tcplens").state.terminated // empty
        | "\($pod.metadata.name) \(.exitCode)"' >"$work/ends" &
    watcher=$!
}

# check_end SELECTION POD BEGIN: how the agent of a pod has ended. It had 8 seconds.
check_end() {
    local status last
    eventually 15 grep -q "^$2 " "$work/ends" || true
    status=$(awk -v pod="$2" '$1 == pod { status = $2 } END { print status }' "$work/ends")
    is "  status of its agent" "$status" 0
    last=$(newest "$1" .received)
    at_least "  milliseconds until its last export" "$(jq -n "($last - $3) * 1000 | floor")" 0
    at_least "  milliseconds that were left of the grace period" "$(jq -n "(8 - $last + $3) * 1000 | floor")" 1000
    # Each series has its last value, and then a point that ends it.
    is "  flags of the last points of stocks" "$(newest "$1" '.metrics["system.network.connection.count"]
        | group_by(.attributes) | map(map(.flags) | max) | unique | map(tostring) | join(" ")')" 1
    at_least "  its last count of transitions" "$(newest "$1" "$(sum tcplens.connection.transitions)")" 1
}

is_gone() { ! quiet kubectl --namespace tcplens get pod "$1"; }

watch_ends
pod=$(pod_of example)
sidecar=$(of_pod "$pod")
next_export "$sidecar" || failed "the Collector receives nothing from the sidecar"
begin=$(date +%s.%N)
holds "kubectl delete pod" quiet kubectl --namespace tcplens delete pod "$pod"
check_end "$sidecar" "$pod" "$begin"

becomes_available tcplens deployment/tcplens-example || failed "the sidecar does not start again"
pod=$(pod_of example)
sidecar=$(of_pod "$pod")
next_export "$sidecar" || failed "the Collector receives nothing from the sidecar"
begin=$(date +%s.%N)
quiet kubectl --namespace tcplens rollout restart deployment/tcplens-example
holds "kubectl rollout restart of a deployment with the sidecar" becomes_available tcplens deployment/tcplens-example
# The old pod ends when the new one is available.
eventually 30 is_gone "$pod" || failed "  its old pod does not end"
check_end "$sidecar" "$pod" "$(newest "$sidecar" '.received - 1')"

pod=$(pod_of agent)
host='select(.resource["service.name"] == "tcplens" and .metrics["system.network.connection.count"]
    and (.resource["k8s.pod.name"] | not))'
next_export "$host" || failed "the Collector receives nothing from the DaemonSet"
begin=$(date +%s.%N)
quiet kubectl --namespace tcplens rollout restart daemonset/tcplens
holds "kubectl rollout restart of the DaemonSet" becomes_available tcplens daemonset/tcplens
# The agent of the new pod has the same resource, but does not end.
check_end "$host | select(any(.metrics[\"system.network.connection.count\"][]; .flags == 1))" "$pod" "$begin"
kill "$watcher" 2>/dev/null || true
quiet kubectl --namespace tcplens delete deployment/tcplens-example daemonset/tcplens
