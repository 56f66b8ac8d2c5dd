# Questions to what the Collector has sent on, and to the kernel about the same.
# shellcheck shell=bash disable=SC2154

# The lines with the metrics of a pod's agent, without those that it makes of itself.
of_pod() {
    echo "select(.resource[\"k8s.pod.name\"] == \"$1\" and (.resource[\"container.id\"] | not)
        and .metrics[\"system.network.connection.count\"])"
}

forget_received() { : >"$work/received"; }

# newest SELECTION [EXPRESSION]: of the newest line that a jq expression selects.
newest() {
    jq --compact-output "$1" "$work/received" | tail -n 1 | jq --raw-output "${2:-.}"
}

# any SELECTION: whether a line was received that a jq expression selects.
any() {
    [ -n "$(jq --compact-output "$1" "$work/received" | head -n 1)" ]
}

# sum METRIC [CONDITION]: an expression for the sum of a line's points; the condition is one of a point.
sum() {
    echo "[.metrics[\"$1\"][]? | select(.flags == 0 and (${2:-true})) | .value] | add // 0"
}

# collected SELECTION: waits for a line that was collected from now on, and prints it.
collected() {
    local now after
    now=$(date +%s.%N)
    after="$1 | select([.metrics[][0].time | values] | min > $now)"
    eventually 30 any "$after" || return 1
    jq --compact-output "$after" "$work/received" | head -n 1
}

# next_export SELECTION: waits for such a line.
next_export() { collected "$1" >/dev/null; }

# container_id NAMESPACE POD CONTAINER
container_id() {
    kubectl --namespace "$1" get pod "$2" -o json \
        | jq -r --arg name "$3" '.status.containerStatuses[] | select(.name == $name).containerID | sub("containerd://"; "")'
}

# container_process NAMESPACE POD CONTAINER: the id of a container's first process.
container_process() {
    local id
    id=$(container_id "$@")
    ctr --namespace k8s.io task ls | awk -v id="$id" '$1 == id { print $2 }'
}

# privileges PROCESS: the processes in the same control group with their capabilities, how many filters of system calls
# each has, and whether it may gain privileges.
privileges() {
    local group process
    group=$(cgroup_mount "")$(awk -F : '$2 == "" { print $3 }' "/proc/$1/cgroup")
    while read -r process; do
        awk '$1 ~ /^(Name|CapPrm|CapEff|CapBnd|NoNewPrivs|Seccomp_filters):$/ { value[$1] = $2 } END {
            print value["Name:"], "permitted", value["CapPrm:"], "effective", value["CapEff:"], "filters",
                value["Seccomp_filters:"], "no_new_privs", value["NoNewPrivs:"] }' "/proc/$process/status"
    done <"$group/cgroup.procs" | sort | uniq
}
# confined CAPABILITIES: what `privileges` says of an agent whose broker has these: its own filter is the second, after
# that of the container.
confined() {
    echo "tcplens permitted 0000000000000000 effective 0000000000000000 filters 2 no_new_privs 1"
    echo "tcplens-broker permitted $1 effective $1 filters 2 no_new_privs 1"
}

# opens PROCESS: how many connections a process's network namespace has opened and accepted, by the kernel's own count.
opens() {
    awk '$1 == "Tcp:" && $6 ~ /^[0-9]/ { print $6, $7 }' "/proc/$1/net/snmp"
}

# states PROCESS: the connections of a network namespace by state, as the kernel lists them.
states() {
    cat "/proc/$1/net/tcp" "/proc/$1/net/tcp6" | awk '
        BEGIN { split("established syn_sent syn_received fin_wait_1 fin_wait_2 time_wait closed close_wait last_ack listen closing syn_received", name, " ") }
        $4 ~ /^0[1-9A-C]$/ { count[name[index("123456789ABC", substr($4, 2))]]++ }
        END { for (state in count) print state, count[state] }' | sort | paste -s -d ,
}

# The same of a received line.
exported_states='[.metrics["system.network.connection.count"][] | select(.value > 0)]
    | group_by(.attributes["network.connection.state"])
    | map("\(.[0].attributes["network.connection.state"]) \(map(.value) | add)") | sort | join(",")'
exported_opens="[($(sum tcplens.handshakes '.attributes["tcplens.connection.role"] == "client"')),
    ($(sum tcplens.handshakes '.attributes["tcplens.connection.role"] == "server"'))] | map(tostring) | join(\" \")"

# at_rest SELECTION COMMAND EXPRESSION: sets `kernel` to what a command says of the kernel, and `exported` to what was
# collected while it said so. The command is run before and after a collection, until it says the same both times. The
# kubelet is stopped meanwhile, because its probes are connections.
at_rest() {
    local after line attempt
    exported=
    kill -STOP "$kubelet"
    for attempt in $(seq 10); do
        kernel=$($2)
        line=$(collected "$1") || break
        after=$($2)
        [ "$kernel" = "$after" ] || continue
        exported=$(jq --raw-output "$3" <<<"$line")
        break
    done
    kill -CONT "$kubelet"
}

# The lines of `tcplens doctor` that are not in order, where the terminal knows no other signs.
objections() { grep -E '^(!!|XX|[!✗]) ' || true; }
