# Memory and CPU time of the agents, by the files of their control groups, at two intervals.
# shellcheck shell=bash disable=SC2154

seconds=${MEASURE_SECONDS:-180}
apply shop.yaml
apply node.yaml
kubectl --namespace shop wait --for condition=Ready pod/other pod/client pod/pair pod/guaranteed --timeout 60s >>"$logs/kubectl"

# group CONTROLLER PROCESS: the directory of a process's control group.
group() {
    local path
    path=$(awk -F : -v controller="$1" '$2 == controller { print $3 }' "/proc/$2/cgroup")
    echo "$(cgroup_mount "$1")$path"
}
# memory_of PROCESS: MiB of anonymous pages, of all that its group is charged for, files included, and the most of that.
memory_of() {
    local directory
    directory=$(group memory "$1")
    awk '$1 == "total_rss" { print $2 / 1048576 }' "$directory/memory.stat"
    awk '{ print $1 / 1048576 }' "$directory/memory.usage_in_bytes" "$directory/memory.max_usage_in_bytes"
}

# measure WHAT NAMESPACE POD
measure() {
    local process cpu begin_cpu
    process=$(container_process "$2" "$3" tcplens)
    cpu=$(group cpuacct "$process")/cpuacct.usage
    # The start is over.
    sleep 15
    begin_cpu=$(cat "$cpu")
    sleep "$seconds"
    echo "$1" $(memory_of "$process") "$begin_cpu" "$(cat "$cpu")" "$(awk '/^VmRSS/ { print $2 / 1024 }' "/proc/$process/status")" \
        | awk -v seconds="$seconds" '{ printf "  %-22s %5.1f MiB anonymous, %5.1f charged (at most %5.1f), %5.1f resident, %.2f ms CPU a second (%.3f %%)\n",
            $1, $2, $3, $4, $7, ($6 - $5) / 1e6 / seconds, ($6 - $5) / 1e7 / seconds }'
}

for interval in 10 60; do
    apply sidecar.yaml "s/name: web, /name: web-$interval, /; s/interval, 2s/interval, ${interval}s/"
    kubectl --namespace shop wait --for condition=Ready "pod/web-$interval" --timeout 120s >>"$logs/kubectl"
done
for interval in 10 60; do measure "sidecar/${interval}s" shop "web-$interval" & measured[interval]=$!; done
wait "${measured[@]}"
kubectl --namespace shop delete pod web-10 web-60 >>"$logs/kubectl"
for interval in 10 60; do
    apply daemonset.yaml "s/interval, 2s/interval, ${interval}s/"
    eventually 120 kubectl --namespace tcplens rollout status daemonset/tcplens --timeout 1s || failed "the DaemonSet is not rolled out"
    measure "DaemonSet/${interval}s" tcplens "$(kubectl --namespace tcplens get pod -o json \
        | jq -r '.items[] | select(.metadata.deletionTimestamp == null).metadata.name')"
done
