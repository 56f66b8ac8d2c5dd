#!/bin/sh
# Makes known traffic beside a running agent, and compares what the agent reports with it, with ss, and with the
# kernel's own counters.
#
# Usage: oracle.sh [DIRECTORY [CONDITION]]
#
# DIRECTORY (.) holds tcplens, traffic, ss and bpftool. Needs root. It runs in busybox's sh and in others.
#
# CONDITION is one of those of `run`. Some change settings of the kernel, which stay so; use them only on a machine of
# your own.
#
# Prints a line for each check that failed, and what this kernel lacks according to the agent (`missing: …`). All
# sockets are in a network namespace of their own. `run` starts this script on each kernel; by hand it tests the running
# kernel. With RECORD=1 it also prints what `record` compares; that needs verified.so in DIRECTORY.
set -u
# The checks know the plain texts, such as `ok` in place of a tick.
export LC_ALL=C
parts=$(cd "$(dirname "$0")" && pwd)
cd "${1:-.}" || exit
condition=${2:-}
work=$(mktemp -d)
failures=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# check WHAT EXPECTED FOUND: rows of IPv6 are not expected where the kernel has none.
check() {
    expected=$2
    [ -z "$no_ipv6" ] || expected=$(echo "$2" | sed /ipv6/d)
    [ "$expected" = "$3" ] && return
    fail "$1"
    echo "$expected" | sort >"$work/expected"
    echo "$3" | sort >"$work/found"
    # Lines that are missing, and lines that should not be there.
    grep -vxFf "$work/found" "$work/expected" | sed 's/^/    expected  /'
    grep -vxFf "$work/expected" "$work/found" | sed 's/^/    found     /'
}

# eventually SECONDS COMMAND...: repeats until the command succeeds.
eventually() {
    tries=$(($1 * 10))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return
        sleep 0.1
    done
}

. "$parts/oracle-condition.sh"
. "$parts/oracle-record.sh"

# ---- traffic, in a namespace of its own ----

mkfifo "$work/commands" "$work/answers"
./traffic <"$work/commands" >"$work/answers" &
maker=$!
exec 3>"$work/commands" 4<"$work/answers"
# A control group for the sockets. On a machine that `boot` has made the hierarchy is not mounted yet.
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$groups" ] || {
    mount -t cgroup2 none /sys/fs/cgroup
    groups=/sys/fs/cgroup
}
mkdir "$groups/oracle-$$" && echo $maker >"$groups/oracle-$$/cgroup.procs"

trap 'exec 3>&-; { kill $agent $maker; wait $maker; } 2>/dev/null; rmdir "$groups/oracle-$$"; rm -rf "$work"' EXIT
agent=
read -r answer <&4
[ "$answer" = ok ] || {
    fail "traffic: $answer"
    exit 1
}

# traffic COMMAND...: carries out the commands, each an argument.
traffic() {
    for command; do
        echo "$command" >&3
        read -r answer <&4
        case $answer in
        ok*) ;;
        *) fail "traffic '$command': $answer" ;;
        esac
    done
}

# traffic6 COMMAND...: the same with sockets of IPv6, if this kernel has them.
traffic6() {
    [ -n "$no_ipv6" ] || traffic "$@"
}

inside() {
    nsenter --net="/proc/$maker/ns/net" "$@"
}

# Bare SYNs come from addresses that do not exist, and one client connects to one. The route lets the packets out.
inside ip route add 192.0.2.0/24 dev lo
inside sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_syn_retries'

# ---- the doctor, in another namespace, because it makes connections of its own ----

noting self env OTEL_METRICS_EXPORTER=console unshare -n \
    sh -c "ip link set lo up && exec $tcplens doctor --response-time" >"$work/diagnosis" 2>&1 || {
    fail "the doctor says that run would not work"
    cat "$work/diagnosis"
}
check "connections that the doctor's programs see" "$(printf '%s\n' 127.0.0.1 ::1 | sed "${no_ipv6:+/::1/d}")" \
    "$(sed -n 's/^ok connection to \(.*\): made, found by the pass, counted by the tracepoint$/\1/p' "$work/diagnosis")"

# ---- the agent ----

OTEL_METRICS_EXPORTER=console accounted nsenter --net="/proc/$maker/ns/net" $tcplens run --interval 1s --response-time \
    >"$work/metrics" 2>"$work/log" &
agent=$!
collected() {
    grep -qs ^Resource "$work/metrics"
}
collected_or_ended() {
    collected || ! kill -0 $agent 2>/dev/null
}
eventually 30 collected_or_ended
collected || {
    fail "the agent does not start"
    cat "$work/log"
    exit 1
}

. "$parts/oracle-lacks.sh"

# ---- a trace beside the agent ----

nsenter --net="/proc/$maker/ns/net" $tcplens trace --format json --log-level debug >"$work/events" 2>"$work/trace-log" &
tracer=$!
tracing_or_ended() {
    grep -qs "tracing with" "$work/trace-log" || ! kill -0 $tracer 2>/dev/null
}
eventually 30 tracing_or_ended
sed -n 's/.* notice tcplens: \[[^]]*\] //p' "$work/trace-log" >"$work/missing-in-trace"
sed 's/^/missing in a trace: /' "$work/missing-in-trace"
check "what trace says that it lacks" "$no_ports" "$(cat "$work/missing-in-trace")"

# ---- what happens ----

# The kernel gives up on this attempt after some seconds. The other traffic is made in the meantime.
echo "dial 4 192.0.2.77 9" | inside ./traffic --here >"$work/dialled" &
caller=$!

# A timer acknowledges a FIN after 40 ms. If its interrupt comes during an event on the same processor, the kernel does
# not pass the second event to the agent, which counts it as lost (recursion). That is correct, but then counts are not
# exact; so no traffic is made while such a timer runs. Under emulation programs take long enough for this to matter.
traffic "listen 4 7001 128" "listen 4 7002 128" "listen 4 7003 8" "listen 4 7009 1" "unlisten 7009"
traffic6 "listen 6 7005 128" "listen m 7007 128"
traffic "connect stay 4 7001 5" "knock waiting 4 7003 2" "open unconnected 4 4" "syn 7001 3"
traffic6 "connect stay6 6 7005 2" "connect mapped m 7001 2" "connect dual 4 7007 2"
traffic "connect io 4 7001 5" "send io client 1000" "sleep 100" "drain io server" "send io server 10" "sleep 100" \
    "drain io client" "close io client" "sleep 100" "close io server"
traffic6 "connect io6 6 7005 3" "send io6 server 30000" "sleep 100" "drain io6 client" "sleep 100" "drain io6 client" \
    "close io6 server" "sleep 100" "close io6 client"
traffic "connect reset 4 7002 2" "reset reset client"
traffic6 "connect reset6 6 7005 1" "reset reset6 server"
traffic "connect half 4 7002 4" "shutdown half client" "sleep 100" "connect orphans 4 7002 3" "close orphans client" \
    "sleep 100"
traffic "connect done 4 7002 6" "close done client" "sleep 100" "close done server"
traffic "dial 4 127.0.0.1 9"
traffic6 "dial 6 ::1 9"
wait $caller
check "the call to nowhere ends with ETIMEDOUT" "ok
ok 110" "$(cat "$work/dialled")"

. "$parts/oracle-readings.sh"

# ---- stocks: as planned, by ss, by snapshots, by top, in the map, and as exported ----

stocks="close_wait ipv4 7
established ipv4 $((2 * over4 - 40))
established ipv6 4
fin_wait_2 ipv4 7
listen ipv4 3
listen ipv6 2
syn_received ipv4 3
time_wait ipv4 11
time_wait ipv6 3"
# The same for both protocols together.
established=26 listening=5 time_wait=14
[ -z "$no_ipv6" ] || stocks=$(echo "$stocks" | sed /ipv6/d) established=14 listening=3 time_wait=11
by_ends="established $established listen $listening syn_received 3"

settled() {
    [ "$(by_ss)" = "$stocks" ]
}
eventually 10 settled
check "stocks by ss" "$stocks" "$(by_ss)"
check "stocks by snapshot" "$stocks" "$(by_snapshot)"
for grouping in port peer-port container; do
    check "stocks by snapshot --by $grouping" "$stocks" "$(by_groups $grouping)"
done
check "connections of a port by snapshot" "7001,established,ipv4,$((5 + mapped)) 7001,syn_received,ipv4,3 7001,listen,ipv4,1" \
    "$(inside $tcplens snapshot --by port --format csv | tr -d '\r' | grep ^7001, | xargs)"
check "connections of a container by snapshot" "$by_ends" \
    "$(inside $tcplens snapshot --by container --format csv | grep "^/oracle-$$," \
        | awk -F, '$3 ~ /established|listen|syn_received/ { count[$3] += $5 } END { for (s in count) print s, count[s] }' \
        | sort | xargs)"
. "$parts/oracle-node.sh"
check "the queues of a listener by snapshot" "127.0.0.1,7003,ipv4,1,2,8,0,0,8,0" \
    "$(inside $tcplens snapshot --by listener --format csv | grep ,7003, | cut -d , -f 1-10)"
check "stocks by top" \
    "ESTABLISHED $established SYN_RECV 3 FIN_WAIT2 7 TIME_WAIT $time_wait CLOSE_WAIT 7 LISTEN $listening" "$(by_top)"
# The agent clears the map and fills it again each second.
filled() {
    [ "$(by_map)" = "$stocks" ]
}
eventually 5 filled
check "stocks in the map" "$stocks" "$(by_map)"

record_memory
retransmitted() {
    awk '$1 == "Tcp:" { if (!column) { for (i = 1; i <= NF; i++) if ($i == "RetransSegs") column = i } else print $column }' \
        "/proc/$maker/net/snmp"
}
before=$(retransmitted)
kill $tracer
wait $tracer
check "the exit status of trace" 0 $?
kill $agent
wait $agent
check "the agent's exit status" 0 $?
after=$(retransmitted)

check "stocks exported" "$stocks" "$(rows system.network.connection.count 'word["state"], word["type"]')"
check "accept queues" "7003 ipv4 2" "$(rows tcplens.listener.accept_queue.usage 'word["port"], word["type"]')"
check "limits of accept queues" "7001 ipv4 128
7002 ipv4 128
7003 ipv4 8
7005 ipv6 128
7007 ipv6 128" "$(rows tcplens.listener.accept_queue.limit 'word["port"], word["type"]')"
check "SYN queues" "7001 ipv4 3" "$(rows tcplens.listener.syn_queue.usage 'word["port"], word["type"]')"

. "$parts/oracle-flows.sh"
record_words

[ $failures = 0 ] || {
    echo "The agent's log:"
    cat "$work/log"
    exit 1
}
