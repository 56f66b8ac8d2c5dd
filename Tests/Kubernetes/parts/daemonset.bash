# The DaemonSet on a node with pods of several kinds.
# shellcheck shell=bash disable=SC2154

apply shop.yaml
apply node.yaml
apply daemonset.yaml
in_tcplens() { kubectl --namespace tcplens "$@"; }
holds "the DaemonSet is rolled out" in_tcplens rollout status daemonset/tcplens --timeout 60s >>"$logs/kubectl"
kubectl --namespace shop wait --for condition=Ready pod/other pod/client pod/pair pod/guaranteed --timeout 60s >>"$logs/kubectl"
kubectl --namespace shop rollout status deployment/replicas --timeout 60s >>"$logs/kubectl"

# Connections from one pod to each container of another, which stay.
pair_address=$(kubectl --namespace shop get pod pair -o 'jsonpath={.status.podIP}')
kubectl --namespace shop exec client -- sh -c "
    for i in 1 2 3; do (sleep 50 | nc $pair_address 8081) >/dev/null 2>&1 </dev/null & done
    for i in 1 2 3 4; do (sleep 50 | nc $pair_address 8082) >/dev/null 2>&1 </dev/null & done"
host='select(.resource["service.name"] == "tcplens" and .metrics["system.network.connection.count"])'
sleep 1
forget_received
next_export "$host" && next_export "$host" || failed "the Collector receives nothing"

# Everything that the API knows of containers, and what was received about them.
identities_in_api() {
    kubectl get pods --all-namespaces -o json | jq -r '.items[] | .metadata as $pod | .status.containerStatuses[]?
        | [$pod.uid, $pod.namespace, $pod.name, .name, (.containerID | sub("containerd://"; ""))] | join(" ")' | sort
}
identities_received() {
    jq -r '.resource | select(."container.id") | [."k8s.pod.uid", ."k8s.namespace.name", ."k8s.pod.name",
        ."k8s.container.name", ."container.id"] | join(" ")' "$work/received" | sort -u
}
identities_in_api >"$work/api"
identities_received >"$work/attributed"
is "difference between the API's $(wc -l <"$work/api") containers and the resources received" \
    "$(diff "$work/api" "$work/attributed" || true)" ""

# count POD CONTAINER: established connections of a container.
count() {
    newest "select(.resource[\"k8s.pod.name\"] == \"$1\" and .resource[\"k8s.container.name\"] == \"$2\")" \
        "$(sum system.network.connection.count '.attributes["network.connection.state"] == "established"')"
}
is "established connections of the client and of the two containers of one pod" \
    "$(count client shell) $(count pair first) $(count pair second)" "7 3 4"
of_other='select(.resource["k8s.pod.name"] == "other")'
at_rest "$of_other" "states $(container_process shop other httpd)" "$exported_states"
is "connections by state of a pod are those of its namespace" "$exported" "$kernel"
service() { newest "$of_other" '.resource | [."service.name", ."tcplens.service.source"] | join(" from ")'; }
is "the service of a pod, by its own environment" "$(service)" "other-shop from environment"
of_guaranteed='select(.resource["k8s.pod.name"] == "guaranteed")'
is "class of service of a pod with limits" "$(newest "$of_guaranteed" '.resource["tcplens.k8s.pod.qos_class"]')" guaranteed
is "refusals in its log" "$(in_tcplens logs daemonset/tcplens | grep -ciE 'EPERM|EACCES|not permitted|denied' || true)" 0

in_tcplens get daemonset tcplens -o json \
    | jq 'del(.status, .metadata.resourceVersion, .metadata.uid, .metadata.annotations)' >"$work/daemonset.json"
agent_pod() { in_tcplens get pod -o json | jq -r '.items[] | select(.metadata.deletionTimestamp == null).metadata.name'; }
doctor() {
    in_tcplens exec "$(agent_pod)" -- tcplens doctor --scope node 2>&1 | grep -A 1 -E '^[!✗]' | sed 's/^/      doctor: /' || true
}
doctor

# without WHAT JQ-FILTER: rolls out the DaemonSet without something, and waits until it exports.
without() {
    echo "  without $1"
    jq "$2" "$work/daemonset.json" | in_tcplens replace -f - >>"$logs/kubectl" 2>&1
    eventually 60 in_tcplens rollout status daemonset/tcplens --timeout 1s || failed "it is not rolled out"
    forget_received
    next_export "$host" && next_export "$host" || failed "the Collector receives nothing"
    in_tcplens logs daemonset/tcplens 2>/dev/null | grep -iE 'warning|error' | head -n 5 | cut -c 1-220 | sed 's/^/      log: /' || true
    doctor
}
# drop_mount NAME: a filter that removes a mount.
drop_mount() { echo ".spec.template.spec.containers[0].volumeMounts |= map(select(.name != \"$1\"))"; }

without SYS_PTRACE '.spec.template.spec.containers[0].securityContext.capabilities.add -= ["SYS_PTRACE"]'
is "the service of a pod" "$(service)" "other from workload"
without hostPID '.spec.template.spec.hostPID = false'
is "the service of a pod" "$(service)" "other from workload"
without /sys/fs/cgroup "$(drop_mount cgroup)"
is "containers with a resource of their own" "$(identities_received)" ""
without /var/log/pods "$(drop_mount pods)"
is "the name of a pod" "$(newest 'select(.resource["container.id"])' '.resource["k8s.pod.name"]')" null
without /var/log/containers "$(drop_mount containers)"
is "the name of a container" "$(newest 'select(.resource["container.id"])' '.resource["k8s.container.name"]')" null
in_tcplens replace -f "$work/daemonset.json" >>"$logs/kubectl" 2>&1
eventually 60 in_tcplens rollout status daemonset/tcplens --timeout 1s || failed "it is not rolled out"
