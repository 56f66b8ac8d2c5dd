# Rollouts and deletions: the agent's last export, within the grace period.
# shellcheck shell=bash disable=SC2154

apply shop.yaml
apply sidecar.yaml
apply daemonset.yaml
kubectl --namespace shop wait --for condition=Ready pod/web --timeout 60s >>"$logs/kubectl"
eventually 60 kubectl --namespace tcplens rollout status daemonset/tcplens --timeout 1s || failed "the DaemonSet is not rolled out"

# watch_ends NAMESPACE CONTAINER: writes how containers of that name end: status and seconds.
watch_ends() {
    kubectl --namespace "$1" get pods --watch -o json | jq --unbuffered -r --arg name "$2" '
        . as $pod | .status.containerStatuses[]? | select(.name == $name).state.terminated // empty
        | "\($pod.metadata.name) \(.exitCode)"' >"$work/ends" &
    watcher=$!
}

# has_ended_well SELECTION NAME POD GRACE BEGIN: how an agent that was told to end did so.
check_end() {
    local selection=$1 what=$2 pod=$3 grace=$4 begin=$5 last
    eventually 10 grep -q "^$pod " "$work/ends" || true
    is "$what: status" "$(awk -v pod="$pod" '$1 == pod { status = $2 } END { print status }' "$work/ends")" 0
    last=$(newest "$selection" .received)
    holds "$what: last export within its $grace s" \
        awk -v last="$last" -v begin="$begin" -v grace="$grace" 'BEGIN { exit !(last >= begin && last <= begin + grace) }'
    is "$what: all stocks end with a point without a value" \
        "$(newest "$selection" '[.metrics["system.network.connection.count"][] | .flags] | unique | tojson')" "[1]"
    holds "$what: flows do not" test "$(newest "$selection" "$(sum tcplens.connection.transitions)")" -gt 0
}

uid=$(kubectl --namespace shop get pod web -o 'jsonpath={.metadata.uid}')
sidecar="select(.resource[\"k8s.pod.uid\"] == \"$uid\" and .metrics[\"system.network.connection.count\"])"
forget_received
next_export "$sidecar" || failed "the Collector receives nothing"
watch_ends shop tcplens
begin=$(date +%s.%N)
kubectl --namespace shop delete pod web >>"$logs/kubectl"
check_end "$sidecar" "kubectl delete pod" web 5 "$begin"
kill "$watcher" 2>/dev/null || true

old=$(kubectl --namespace tcplens get pod -o 'jsonpath={.items[0].metadata.name}')
instance=$(newest 'select(.resource["service.name"] == "tcplens" and .metrics["system.network.connection.count"])' '.resource["service.instance.id"]')
daemonset="select(.resource[\"service.instance.id\"] == \"$instance\" and .metrics[\"system.network.connection.count\"])"
watch_ends tcplens tcplens
begin=$(date +%s.%N)
kubectl --namespace tcplens rollout restart daemonset/tcplens >>"$logs/kubectl"
holds "kubectl rollout restart succeeds" kubectl --namespace tcplens rollout status daemonset/tcplens --timeout 60s >>"$logs/kubectl"
check_end "$daemonset" "kubectl rollout restart" "$old" 5 "$begin"
kill "$watcher" 2>/dev/null || true
