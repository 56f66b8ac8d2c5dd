# The sidecar beside an HTTP service: an ordinary container, because Kubernetes before 1.28 has no native ones.
# shellcheck shell=bash disable=SC2154

forget_received
deploy sidecar-container.yaml 'impatient | with_readiness | agent(variable("TCPLENS_ATTRIBUTES"; "network.local.port"))'
holds "its pod becomes ready" becomes_available tcplens deployment/tcplens-example
pod=$(pod_of example)
web=$(of_pod "$pod")
becomes "the Collector receives from it" 20 any "$web"
in_pod() { kubectl --namespace tcplens exec "$pod" -c tcplens -- "$@"; }
logs_of_agent() { kubectl --namespace tcplens logs "$pod" -c tcplens "$@"; }
# status_of CONTAINER FIELD
status_of() {
    kubectl --namespace tcplens get pod "$pod" -o "jsonpath={.status.containerStatuses[?(@.name==\"$1\")].$2}"
}

is "k8s.pod.uid, .name, k8s.namespace.name and k8s.node.name are those of the API" \
    "$(newest "$web" '.resource | [."k8s.pod.uid", ."k8s.pod.name", ."k8s.namespace.name", ."k8s.node.name"] | join(" ")')" \
    "$(kubectl --namespace tcplens get pod "$pod" -o 'jsonpath={.metadata.uid} {.metadata.name} {.metadata.namespace} {.spec.nodeName}')"
agent=$(container_process tcplens "$pod" tcplens)

# Its pod's sockets and no others. There is the same traffic in another pod and on the node.
address() { kubectl --namespace "$1" get pod "$2" -o 'jsonpath={.status.podIP}'; }
web_address=$(address tcplens "$pod") other_address=$(address shop other)
server='.attributes["tcplens.connection.role"] == "server"'
at_rest "$web" "opens $agent" "$exported_opens"
read -r kernel_client kernel_server <<<"$kernel"
read -r exported_client exported_server <<<"$exported"
kubectl --namespace shop exec client -- sh -c "
    for i in \$(seq 100); do wget -q -O /dev/null http://$web_address:8080/; done
    for i in \$(seq 80); do wget -q -O /dev/null http://$other_address:8080/; done
    for i in 1 2 3 4 5 6 7; do (sleep 50 | nc $web_address 8080) >/dev/null 2>&1 </dev/null & done
    for i in 1 2 3 4 5; do (sleep 50 | nc $other_address 8080) >/dev/null 2>&1 </dev/null & done"
for _ in $(seq 20); do wget --quiet --output-document /dev/null "http://$other_address:8080/" 2>>"$logs/wget"; done
at_rest "$web" "states $agent" "$exported_states"
is "connections by state are those of the pod's namespace" "$exported" "$kernel"
established='.attributes["network.connection.state"] == "established" and .attributes["network.local.port"] == 8080'
is "of them established on port 8080" "$(newest "$web" "$(sum system.network.connection.count "$established")")" 7
at_rest "$web" "opens $agent" "$exported_opens"
read -r kernel_client_now kernel_server_now <<<"$kernel"
read -r exported_client_now exported_server_now <<<"$exported"
is "handshakes of servers since then are those of the pod's namespace" \
    $((exported_server_now - exported_server)) $((kernel_server_now - kernel_server))
is "handshakes of clients since then, too" \
    $((exported_client_now - exported_client)) $((kernel_client_now - kernel_client))
# 107 are ours, the others are probes of the kubelet.
at_least "the pod's namespace counted the connections that were made" $((kernel_server_now - kernel_server)) 107
read -r _ other_server <<<"$(opens "$(container_process shop other httpd)")"
at_least "so did that of the other pod" "$other_server" 105

# It keeps nothing, and its broker CAP_BPF and CAP_PERFMON.
is "privileges of its processes" "$(privileges "$agent")" "$(confined 000000c000000000)"

# It is denied nothing that it needs.
is "refusals in its log" "$(logs_of_agent | grep -ciE 'EPERM|EACCES|not permitted|denied' || true)" 0
in_pod tcplens doctor --health 127.0.0.1:0 >"$logs/doctor-sidecar" 2>&1 && status=0 || status=$?
is "status of doctor in the pod" "$status" 0
# The clock is that of this machine. Control groups are only for `trace`, and a sidecar does not have those of the node.
is "what doctor in the pod objects to" "$(objections <"$logs/doctor-sidecar" | grep -vE '^!! (clock|cgroups):' || true)" ""

# The Collector is killed and stays away for longer than three intervals.
is_ready() { [ "$(status_of tcplens ready)" = "$1" ]; }
outage=$(date +%s)
kill -KILL "$(container_process tcplens "$(pod_of collector)" collector)"
quiet kubectl --namespace tcplens scale deployment tcplens-collector --replicas 0
becomes "without the Collector it is not ready" 30 is_ready false
is "but alive; restarts" "$(status_of tcplens restartCount)" 0
quiet kubectl --namespace tcplens scale deployment tcplens-collector --replicas 1
becomes "it is ready when the Collector is back" 60 is_ready true
back=$(date +%s)
next_export "$web" || true
longest_gap() {
    jq "$web | .metrics[\"system.network.connection.count\"][0].time" "$work/received" | sort -n \
        | awk 'NR > 1 && $1 - last > longest { longest = $1 - last } { last = $1 } END { print int(longest + 0.5) }'
}
at_least "seconds of the outage" $((back - outage)) 7
is "longest time between two points, in seconds" "$(longest_gap)" 2

# The agent hangs: the kubelet ends it and starts another.
start() { newest "$web" '.metrics["tcplens.handshakes"][0].start'; }
is_restarted() { [ "$(status_of tcplens restartCount)" = 1 ]; }
start_before=$(start) count_before=$(newest "$web" "$(sum tcplens.handshakes "$server")")
kill -STOP "$agent"
becomes "the kubelet restarts it when it hangs" 60 is_restarted
becomes "it is ready again" 60 is_ready true
is "restarts of the service beside it" "$(status_of app restartCount)" 0
next_export "$web | select(.metrics[\"tcplens.handshakes\"][0].start > $start_before)" || true
is "its counters have a later start" "$(jq -n "$(start) > $start_before")" true
at_least "and count from zero; handshakes before" "$count_before" 100
at_least "100 minus handshakes since" "$((100 - $(newest "$web" "$(sum tcplens.handshakes "$server")")))" 1
quiet kubectl --namespace tcplens delete deployment tcplens-example
