# The DaemonSet on a node with pods of several kinds.
# shellcheck shell=bash disable=SC2154

forget_received
deploy daemonset.yaml impatient
holds "the DaemonSet is rolled out" becomes_available tcplens daemonset/tcplens
host='select(.resource["service.name"] == "tcplens" and .metrics["system.network.connection.count"])'
becomes "the Collector receives from it" 20 any "$host"

# Connections from one pod to each container of another, which stay.
pair_address=$(kubectl --namespace shop get pod pair -o 'jsonpath={.status.podIP}')
kubectl --namespace shop exec client -- sh -c "
    for i in 1 2 3; do (sleep 50 | nc $pair_address 8081) >/dev/null 2>&1 </dev/null & done
    for i in 1 2 3 4; do (sleep 50 | nc $pair_address 8082) >/dev/null 2>&1 </dev/null & done"

# identities: everything that the API knows of containers, and everything that was received of them.
identities_in_api() {
    kubectl get pods --all-namespaces -o json | jq -r '.items[] | .metadata as $pod | .status.containerStatuses[]?
        | select(.state.running) | [$pod.uid, $pod.namespace, $pod.name, .name, (.containerID | sub("containerd://"; ""))] | join(" ")' | sort
}
identities_received() {
    jq -r '.resource | select(."container.id") | [."k8s.pod.uid", ."k8s.namespace.name", ."k8s.pod.name",
        ."k8s.container.name", ."container.id"] | map(. // "-") | join(" ")' "$work/received" | sort -u
}
# Pods of earlier parts are still ending.
no_pod_is_ending() { ! kubectl get pods --all-namespaces -o json | grep -q deletionTimestamp; }
eventually 60 no_pod_is_ending || true
# After one collection with the connections, so that nothing of the past is among them.
next_export "$host" || true
forget_received
next_export "$host" || true
identities_in_api >"$work/api"
identities_received >"$work/all"
# Sockets outlive a container that was restarted: until they are gone, it is a resource of its own, without a cgroup.
grep -F -f <(sed 's/.* //' "$work/api") "$work/all" >"$work/attributed" || true
ended=$(grep -vF -f <(sed 's/.* //' "$work/api") "$work/all" | sed 's/.* //' || true)
is "other containers that were received and have not ended" \
    "$(for id in $ended; do find /sys/fs/cgroup -type d -name "*$id*"; done)" ""
is "difference between the $(wc -l <"$work/api") containers of the API and those received" \
    "$(diff "$work/api" "$work/attributed" || true)" ""

# count POD CONTAINER: established connections of a container.
count() {
    newest "select(.resource[\"k8s.pod.name\"] == \"$1\" and .resource[\"k8s.container.name\"] == \"$2\")" \
        "$(sum system.network.connection.count '.attributes["network.connection.state"] == "established"')"
}
is "established connections of the client and of the two containers of one pod" \
    "$(count client shell) $(count pair first) $(count pair second)" "7 3 4"
of_container='.metrics["system.network.connection.count"]'
of_other="select(.resource[\"k8s.pod.name\"] == \"other\" and $of_container)"
at_rest "$of_other" "states $(container_process shop other httpd)" "$exported_states"
is "connections by state of a pod are those of its namespace" "$exported" "$kernel"
service() { newest "$of_other" '.resource | [."service.name", ."tcplens.service.source"] | join(" from ")'; }
is "the service of a pod, by its own environment" "$(service)" "other-shop from environment"
is "class of service of a pod with limits" \
    "$(newest 'select(.resource["k8s.pod.name"] == "guaranteed")' '.resource["tcplens.k8s.pod.qos_class"]')" Guaranteed

# Its broker also keeps CAP_SYS_PTRACE.
is "privileges of its processes" "$(privileges "$(container_process tcplens "$(pod_of agent)" tcplens)")" \
    "$(confined 000000c000080000)"
logs_of_agent() { kubectl --namespace tcplens logs "$(pod_of agent)" -c tcplens "$@"; }
doctor() { kubectl --namespace tcplens exec "$(pod_of agent)" -c tcplens -- tcplens doctor --health 127.0.0.1:0 >"$logs/doctor" 2>&1; }
is "refusals in its log" "$(logs_of_agent | grep -ciE 'EPERM|EACCES|not permitted|denied' || true)" 0
doctor && status=0 || status=$?
cp "$logs/doctor" "$logs/doctor-daemonset"
is "status of doctor in the pod" "$status" 0
is "what doctor in the pod objects to" \
    "$(objections <"$logs/doctor" | grep -vE '^!! (clock|application resources):' || true)" ""
# Some machines protect a process from everybody.
unreadable() { sed -n 's/.*application resources: \([0-9]*\) of \([0-9]*\) processes can be.*/\2 - \1/p' | head -n 1; }
"$TCPLENS" doctor --scope node >"$logs/doctor-node" 2>&1 || true
on_node=$(unreadable <"$logs/doctor-node")
is "processes that it can't ask, as many as root of the node" "$(($(unreadable <"$logs/doctor")))" "$((on_node))"

# without WHAT FILTER: rolls out the DaemonSet without something, and shows what the agent says of it.
without() {
    deploy daemonset.yaml "impatient | $2"
    becomes_available tcplens daemonset/tcplens || failed "without $1 it is not rolled out"
    forget_received
    next_export "$host" && next_export "$host" || failed "without $1 the Collector receives nothing"
    doctor || true
    objections <"$logs/doctor" | grep -v 'clock:' | cut -c 1-250 | sed 's/^/      /' || true
}

without SYS_PTRACE 'without_capability("SYS_PTRACE")'
is "without SYS_PTRACE: the service of a pod" "$(service)" "other from workload"
without hostPID 'if .kind == "DaemonSet" then .spec.template.spec.hostPID = false else . end'
is "without hostPID: the service of a pod" "$(service)" "other from workload"
without /sys/fs/cgroup 'without_mount("cgroup")'
is "without /sys/fs/cgroup: containers with resources of their own" "$(identities_received | wc -l)" 0
# Either directory has the names of pods, and only one those of containers.
names_received() { identities_received | awk '{ print $3, $4 }' | grep -E '^(other|pair|-) ' | sort -u | paste -s -d ,; }
names_are() { [ "$(names_received)" = "$1" ]; }
without /var/log/pods 'without_mount("log-pods")'
becomes "without /var/log/pods: names are 'other httpd,pair first,pair second'" 20 names_are "other httpd,pair first,pair second"
without /var/log/containers 'without_mount("log-containers")'
becomes "without /var/log/containers: names are 'other -,pair -'" 20 names_are "other -,pair -"
without "both" 'without_mount("log-pods") | without_mount("log-containers")'
becomes "without both: names are '- -'" 20 names_are "- -"
at_least "  but containers with resources of their own" "$(identities_received | wc -l)" 8
quiet kubectl --namespace tcplens delete daemonset tcplens
