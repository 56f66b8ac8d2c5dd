# The DaemonSet with daemonset.pin: counters go on over all that ends an agent.
# shellcheck shell=bash disable=SC2154

values=$(jq -n --arg pins "$pins" '{daemonset: {pin: $pins}, otlp: {endpoint: "http://tcplens-collector.tcplens.svc:4318"}}')
"$PWD/.build/kubernetes-venv/bin/python" -c '
import json, sys
from helm_python.chart import Chart
with Chart.load("deploy/kubernetes/chart") as chart:
    found = chart.render(json.loads(sys.argv[1]), name="tcplens", namespace="tcplens")
print("\n---\n".join(text for name, text in sorted(found.items()) if name.endswith(".yaml")))' "$values" >"$work/pinning.yaml"
manifests=$work deploy pinning.yaml impatient
holds "the DaemonSet is rolled out" becomes_available tcplens daemonset/tcplens
is "whose the directory is" "$(stat --format=%a:%u "$pins")" 755:0

pair_address=$(kubectl --namespace shop get pod pair -o 'jsonpath={.status.podIP}')
refused=0
# refuse COUNT: connections of a pod that are refused.
refuse() {
    kubectl --namespace shop exec client -- sh -c "for i in \$(seq $1); do nc $pair_address 9 </dev/null; done" >/dev/null 2>&1 || true
    refused=$((refused + $1))
}
of_client='select(.resource["k8s.pod.name"] == "client" and .metrics["tcplens.connection.transitions"])'
# of_refused FIELD: the newest count of refused connections, or its start.
of_refused() {
    newest "$of_client" "[.metrics[\"tcplens.connection.transitions\"][] | select(.attributes[\"network.connection.state\"]
        == \"closed\" and .attributes[\"tcplens.connection.state.previous\"] == \"syn_sent\" and .flags == 0).$1] | max"
}
counts() { [ "$(of_refused value)" = "$refused" ]; }
# goes_on WHAT: all refused connections are counted, since the first start.
goes_on() {
    becomes "$1: $refused refused connections" 60 counts
    is "  their start" "$(of_refused start)" "$began"
}

forget_received
refuse 4
becomes "4 refused connections" 30 counts
began=$(of_refused start)

pod=$(pod_of agent)
quiet kubectl --namespace tcplens delete pod "$pod"
forget_received
refuse 3
goes_on "another pod"
forget_received
quiet kubectl --namespace tcplens rollout restart daemonset/tcplens
refuse 2
becomes_available tcplens daemonset/tcplens || failed "the rollout does not end"
goes_on "a rolling update"
# The container starts again, after 10 s or longer.
forget_received
kill -KILL "$(container_process tcplens "$(pod_of agent)" tcplens)"
refuse 5
goes_on "SIGKILL"

# A second one waits for the directory.
manifests=$work deploy pinning.yaml 'if .kind == "DaemonSet" then impatient | as_pod("second") else . end'
says() { kubectl --namespace tcplens logs "$1" -c tcplens | grep -qF "$2"; }
becomes "a second agent says why it does not start" 30 says second "another agent has /run/tcplens/pins"
is_tried_again() { [ "$(kubectl --namespace tcplens get pod second -o 'jsonpath={.status.containerStatuses[0].restartCount}')" -ge 1 ]; }
becomes "  and is started again" 30 is_tried_again
forget_received
quiet kubectl --namespace tcplens delete daemonset/tcplens
refuse 1
becomes "  and goes on when the first has ended" 90 says second "adopted the pinned programs"
goes_on "the second agent"
quiet kubectl --namespace tcplens delete pod second
holds "unpin on the node" quiet "$TCPLENS" unpin "$pins"
is "what is left" "$(ls -d "$pins" 2>/dev/null || true)" ""
