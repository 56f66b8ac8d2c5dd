# The sidecar beside an HTTP service.
# shellcheck shell=bash disable=SC2154

web=$(of_pod web)
forget_received
apply shop.yaml
apply sidecar.yaml
for pod in other client web; do
    holds "pod $pod is ready" kubectl --namespace shop wait --for condition=Ready pod/$pod --timeout 60s >>"$logs/kubectl"
done
becomes "the Collector receives from it" 20 any "$web"

# Who it is, from the downward API.
is "k8s.pod.uid, .name, k8s.namespace.name and k8s.node.name are those of the API" \
    "$(newest "$web" '.resource | [."k8s.pod.uid", ."k8s.pod.name", ."k8s.namespace.name", ."k8s.node.name"] | join(" ")')" \
    "$(kubectl --namespace shop get pod web -o 'jsonpath={.metadata.uid} {.metadata.name} {.metadata.namespace} {.spec.nodeName}')"
agent=$(container_process shop web tcplens)

# Its pod's sockets and no others. There is the same traffic in another pod and on the node.
address() { kubectl --namespace shop get pod "$1" -o 'jsonpath={.status.podIP}'; }
web_address=$(address web) other_address=$(address other)
in_client() { kubectl --namespace shop exec client -- sh -c "$1"; }
at_rest "$web" "opens $agent" "$exported_opens"
read -r kernel_client kernel_server <<<"$kernel"
read -r exported_client exported_server <<<"$exported"
in_client "for i in \$(seq 200); do wget -q -O /dev/null http://$web_address:8080/; done
    for i in \$(seq 150); do wget -q -O /dev/null http://$other_address:8080/; done
    for i in 1 2 3 4 5 6 7; do (sleep 40 | nc $web_address 8080) >/dev/null 2>&1 </dev/null & done
    for i in 1 2 3 4 5; do (sleep 40 | nc $other_address 8080) >/dev/null 2>&1 </dev/null & done"
for _ in $(seq 100); do wget --quiet --output-document /dev/null "http://$other_address:8080/" 2>>"$logs/wget"; done
at_rest "$web" "states $agent" "$exported_states"
is "connections by state are those of the pod's namespace" "$exported" "$kernel"
is "of them established on port 8080" \
    "$(newest "$web" "$(sum system.network.connection.count '.attributes["network.connection.state"] == "established" and .attributes["network.local.port"] == 8080')")" 7
at_rest "$web" "opens $agent" "$exported_opens"
read -r kernel_client_now kernel_server_now <<<"$kernel"
read -r exported_client_now exported_server_now <<<"$exported"
is "handshakes of servers since then are those of the pod's namespace" \
    $((exported_server_now - exported_server)) $((kernel_server_now - kernel_server))
is "handshakes of clients since then, too" \
    $((exported_client_now - exported_client)) $((kernel_client_now - kernel_client))
# 207 are ours, the rest are probes of the kubelet.
holds "207 connections were made to it, and few probes" \
    test $((kernel_server_now - kernel_server)) -ge 207 -a $((kernel_server_now - kernel_server)) -lt 350

# It is denied nothing that it needs.
logs_of_agent() { kubectl --namespace shop logs web -c tcplens "$@"; }
is "refusals in its log" "$(logs_of_agent | grep -ciE 'EPERM|EACCES|not permitted|denied' || true)" 0
kubectl --namespace shop exec web -c tcplens -- tcplens doctor >"$logs/doctor" 2>&1 && status=0 || status=$?
is "exit status of doctor in the pod" "$status" 0
is "what doctor in the pod objects to" "$(grep -E '^[!✗]' "$logs/doctor" || true)" ""

# The Collector is killed and stays away for longer than three intervals.
is_ready() { [ "$(kubectl --namespace shop get pod web -o 'jsonpath={.status.containerStatuses[?(@.name=="tcplens")].ready}')" = "$1" ]; }
outage=$(date +%s)
kill -KILL "$(container_process observability "$(kubectl --namespace observability get pod -o name | cut -d / -f 2)" collector)"
kubectl --namespace observability scale deployment collector --replicas 0 >>"$logs/kubectl"
becomes "without the Collector it is not ready" 30 is_ready false
holds "but alive" test "$(kubectl --namespace shop get pod web -o 'jsonpath={.status.containerStatuses[?(@.name=="tcplens")].restartCount}')" = 0
kubectl --namespace observability scale deployment collector --replicas 1 >>"$logs/kubectl"
becomes "it is ready when the Collector is back" 40 is_ready true
back=$(date +%s)
next_export "$web" || true
times() { jq "$web | .metrics[\"system.network.connection.count\"][0].time | floor" "$work/received" | sort -nu; }
is "longest time without a point, of $((back - outage)) s outage" \
    "$(times | awk 'NR > 1 && $1 - last > longest { longest = $1 - last } { last = $1 } END { print longest <= 3 ? "at most 3 s" : longest " s" }')" \
    "at most 3 s"

# The agent hangs: the kubelet ends it and starts another.
start() { newest "$web" '.metrics["tcplens.handshakes"][0].start'; }
restarts() { kubectl --namespace shop get pod web -o "jsonpath={.status.containerStatuses[?(@.name==\"$1\")].restartCount}"; }
is_restarted() { [ "$(restarts tcplens)" = 1 ]; }
start_before=$(start)
kill -STOP "$agent"
becomes "the kubelet restarts it when it hangs" 60 is_restarted
becomes "it is ready again" 40 is_ready true
is "restarts of the service beside it" "$(restarts httpd)" 0
next_export "$web | select(.metrics[\"tcplens.handshakes\"][0].start > $start_before)" || true
holds "its counters begin again, with a later start" test "$(jq -n "$(start) > $start_before")" = true
holds "and lower counts" test "$(newest "$web" "$(sum tcplens.handshakes '.attributes["tcplens.connection.role"] == "server"')")" -lt 200
