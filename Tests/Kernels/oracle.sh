#!/bin/sh
# Makes known traffic beside a running agent and holds what the agent says against it, and against ss and the kernel's own
# counters.
#
# Usage: oracle.sh [DIRECTORY [CONDITION]]     with tcplens, traffic, ss and bpftool in it (.); as root, for busybox or a common sh
#
# CONDITION is `lockdown`, where the kernel must have been booted with lockdown=confidentiality, or `interpreted`, where the
# compiler of programs is turned off first; so only for a machine of one's own.
#
# Prints a line for each check that failed, and what the agent said that this kernel lacks (`missing: …`). All sockets are
# in a network namespace of their own. `run` runs it on each kernel; it may be run by hand on this machine's.
set -u
cd "${1:-.}" || exit
condition=${2:-}
work=$(mktemp -d)
failures=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# check WHAT EXPECTED FOUND
check() {
    [ "$2" = "$3" ] && return
    fail "$1"
    echo "$2" | sort >"$work/expected"
    echo "$3" | sort >"$work/found"
    # What was expected and isn't there, and the other way round.
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

# ---- the condition ----

case $condition in
lockdown) grep -q '\[confidentiality\]' /sys/kernel/security/lockdown || fail "the kernel is not locked down" ;;
interpreted)
    echo 0 >/proc/sys/net/core/bpf_jit_enable
    [ "$(cat /proc/sys/net/core/bpf_jit_enable)" = 0 ] || fail "the compiler can't be turned off"
    ;;
esac

# ---- traffic, in a namespace of its own ----

mkfifo "$work/commands" "$work/answers"
./traffic <"$work/commands" >"$work/answers" &
maker=$!
exec 3>"$work/commands" 4<"$work/answers"
# A control group for the sockets; a machine under test has no tree of them yet.
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

inside() {
    nsenter --net="/proc/$maker/ns/net" "$@"
}

# Bare SYNs come from addresses that exist nowhere, and one client calls there; the route lets the packets out.
inside ip route add 192.0.2.0/24 dev lo
inside sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_syn_retries'

# ---- the doctor, elsewhere, as it makes connections of its own ----

OTEL_METRICS_EXPORTER=console unshare -n sh -c 'ip link set lo up && exec ./tcplens doctor --response-time' \
    >"$work/diagnosis" 2>&1 || {
    fail "the doctor says that run would not work"
    cat "$work/diagnosis"
}
check "connections that the doctor's programs see" "$(printf '%s\n' 127.0.0.1 ::1)" \
    "$(sed -n 's/^ok connection to \(.*\): made, found by the pass, counted by the tracepoint$/\1/p' "$work/diagnosis")"

# ---- the agent ----

OTEL_METRICS_EXPORTER=console nsenter --net="/proc/$maker/ns/net" ./tcplens run --interval 1s --response-time \
    >"$work/metrics" 2>"$work/log" &
agent=$!
collected() {
    grep -q ^Resource "$work/metrics"
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

sed -n 's/.* notice tcplens: \[[^]]*\] //p' "$work/log" >"$work/missing"
sed 's/^/missing: /' "$work/missing"

# What is allowed to be missing, by version: anything else is a failure.
major=$(uname -r | cut -d. -f1)
minor=$(uname -r | cut -d. -f2 | sed 's/[^0-9].*//')
since() {
    [ "$major" -gt "$1" ] || { [ "$major" -eq "$1" ] && [ "$minor" -ge "$2" ]; }
}
no_memory="no atomic instructions in programs of this kernel: no durations, handshakes, RTT and bytes"
no_responses="no tracepoint sock_send_length on this kernel: no response times"
since 5 12 && no_memory=
since 6 3 && no_responses=
no_mptcp= no_ports=
if [ "$condition" = interpreted ] && [ -z "$no_responses" ]; then
    no_mptcp="the BPF compiler is off (net.core.bpf_jit_enable), so programs can't call the kernel: no response times over MPTCP"
fi
# Since 6.2 programs can look at a socket without reading any memory.
if [ "$condition" = lockdown ] && ! since 6 2; then
    no_ports="the kernel keeps its memory from programs (lockdown=confidentiality): no port before a connection is there"
fi
[ -n "$no_memory" ] \
    && no_ports="no atomic instructions in programs of this kernel: no durations, and no port before a connection is there"
check "what this kernel lacks" "$(printf '%s\n' "$no_memory" "$no_responses" "$no_mptcp" | sed '/^$/d')" \
    "$(cat "$work/missing")"

check "what the doctor says that it lacks" "$(sort "$work/missing")" \
    "$(sed -n '/^!! missing here: trace/d; s/^!! missing here: //p' "$work/diagnosis" | sort)"
check "what the doctor says that trace lacks" "$no_ports" "$(sed -n 's/^!! missing here: trace: //p' "$work/diagnosis")"
check "commands that the doctor sees working" "snapshot trace" \
    "$(sed -n 's/^ok programs of \([a-z]*\): .*: loaded, attached$/\1/p' "$work/diagnosis" | xargs)"
# What is known of the machine is the reason that is told.
case $condition in
lockdown)
    words="ok lockdown: confidentiality: .*, which these do not need"
    [ -z "$no_ports" ] || words="!! lockdown: confidentiality: .*something is missing"
    grep -q "^$words" "$work/diagnosis" || fail "the doctor does not say '$words'"
    ;;
interpreted) grep -q "^!! BPF compiler: off" "$work/diagnosis" || fail "the doctor does not say that the compiler is off" ;;
esac

# ---- a trace beside it ----

nsenter --net="/proc/$maker/ns/net" ./tcplens trace --format json --log-level debug >"$work/events" 2>"$work/trace-log" &
tracer=$!
tracing_or_ended() {
    grep -q "tracing by" "$work/trace-log" || ! kill -0 $tracer 2>/dev/null
}
eventually 30 tracing_or_ended
sed -n 's/.* notice tcplens: \[[^]]*\] //p' "$work/trace-log" >"$work/missing-in-trace"
sed 's/^/missing in a trace: /' "$work/missing-in-trace"
check "what trace says that it lacks" "$no_ports" "$(cat "$work/missing-in-trace")"

# ---- what happens ----

# The kernel gives up on this one after some seconds; the rest goes on meanwhile.
echo "dial 4 192.0.2.77 9" | inside ./traffic --here >"$work/dialled" &
caller=$!

# A FIN is acknowledged by a timer after 40 ms. When its interrupt comes in the midst of an event of the same processor, the
# kernel keeps the second event from the agent, which counts it as lost (recursion). That is as it must be, but no exact
# number; so nothing goes on while such a timer runs. Under emulation a program takes long enough for it to matter.
traffic "listen 4 7001 128" "listen 4 7002 128" "listen 4 7003 8" "listen 6 7005 128" "listen m 7007 128" \
    "listen 4 7009 1" "unlisten 7009"
traffic "connect stay 4 7001 5" "connect stay6 6 7005 2" "connect mapped m 7001 2" "connect dual 4 7007 2" \
    "knock waiting 4 7003 2" "open unconnected 4 4" "syn 7001 3"
traffic "connect io 4 7001 5" "send io client 1000" "sleep 100" "drain io server" "send io server 10" "sleep 100" \
    "drain io client" "close io client" "sleep 100" "close io server"
traffic "connect io6 6 7005 3" "send io6 server 30000" "sleep 100" "drain io6 client" "sleep 100" "drain io6 client" \
    "close io6 server" "sleep 100" "close io6 client"
traffic "connect reset 4 7002 2" "reset reset client" "connect reset6 6 7005 1" "reset reset6 server"
traffic "connect half 4 7002 4" "shutdown half client" "sleep 100" "connect orphans 4 7002 3" "close orphans client" \
    "sleep 100"
traffic "connect done 4 7002 6" "close done client" "sleep 100" "close done server"
traffic "dial 4 127.0.0.1 9" "dial 6 ::1 9"
wait $caller
check "the call to nowhere ends with ETIMEDOUT" "ok
ok 110" "$(cat "$work/dialled")"

# ---- stocks: by the plan, by ss, by a snapshot, in the map, and in what was exported ----

stocks="close_wait ipv4 7
established ipv4 22
established ipv6 4
fin_wait_2 ipv4 7
listen ipv4 3
listen ipv6 2
syn_received ipv4 3
time_wait ipv4 11
time_wait ipv6 3"

# Sums up lines of `state type [count]`.
tally() {
    awk '{ count[$1 " " $2] += NF > 2 ? $3 : 1 } END { for (row in count) if (count[row]) print row, count[row] }' | sort
}

# A peer or an own address that is v4-mapped is IPv4; a listener for both is `*`.
by_ss() {
    inside ./ss -Htan | awk '
        BEGIN {
            name["ESTAB"] = "established"; name["SYN-SENT"] = "syn_sent"; name["SYN-RECV"] = "syn_received"
            name["FIN-WAIT-1"] = "fin_wait_1"; name["FIN-WAIT-2"] = "fin_wait_2"; name["TIME-WAIT"] = "time_wait"
            name["CLOSE-WAIT"] = "close_wait"; name["LAST-ACK"] = "last_ack"; name["LISTEN"] = "listen"
            name["CLOSING"] = "closing"
        }
        { print ($1 in name ? name[$1] : $1), $4 ~ /^[[*]/ && $4 $5 !~ /::ffff:/ ? "ipv6" : "ipv4" }' | tally
}

by_snapshot() {
    inside ./tcplens snapshot --format json | tr '{' '\n' \
        | sed -n 's/^"count":\([0-9]*\),"state":"\([a-z_0-9]*\)","type":"\([a-z0-9]*\)".*/\2 \3 \1/p' | tally
}

# by_groups GROUPING: the last three columns are state, type and count.
by_groups() {
    inside ./tcplens snapshot --by "$1" --format csv | tr -d '\r' \
        | awk -F, 'NR > 1 { print $(NF - 2), $(NF - 1), $NF }' | tally
}

# What a screen shows: a state's name, then its total.
by_top() {
    inside ./tcplens top --count 1 --interval 200ms | awk '$1 ~ /^[A-Z_12]+$/ && $2 ~ /^[1-9]/ { print $1, $2 }' | xargs
}

# A dump has each field on a line of its own, the value last.
by_map() {
    ./bpftool map dump name tcp_state_map | tr -d '",' | tr '[:upper:]' '[:lower:]' | awk '
        $1 == "state:" {
            state = substr($2, 5)
            sub(/wait/, "_wait", state); sub(/__/, "_", state); sub(/wait/, "wait_", state); sub(/_$/, "", state)
            if (state == "syn_recv") state = "syn_received"
        }
        $1 == "type:" { type = $2 }
        $1 == "sockets:" { print state, type, $2 }' | tally
}

# The rows of a metric in the last export, with single blanks between words. An export has two resources: the machine, and
# then the agent itself.
exported() {
    awk -v metric="$1" '
        /^Resource/ && !/ process\.pid=/ { rows = "" }
        /^[^ ]/ { here = $1 == metric }
        here && /^ / { $1 = $1; rows = rows $0 "\n" }
        END { printf "%s", rows }' "$work/metrics"
}

# The value of an attribute is in the variable of its last word: state, previous, type, role, direction, error.
rows() {
    exported "$1" | awk '
        {
            for (key in word) delete word[key]
            for (field = 1; field < NF; field++) {
                split($field, parts, "=")
                count = split(parts[1], names, ".")
                # error.type and network.type differ in the first word.
                word[names[1] == "error" ? "error" : names[1] == "tcplens" && names[2] == "retransmit" ? "kind" : \
                    names[count]] = parts[2]
                if (field > 1 || parts[2] == "") continue
            }
            value = $NF
            for (field = 1; field <= NF; field++) if ($field ~ /^count=/) value = substr($field, 7)
            if (value != 0) print '"$2"', value
        }' | sort
}

settled() {
    [ "$(by_ss)" = "$stocks" ]
}
eventually 10 settled
check "stocks by ss" "$stocks" "$(by_ss)"
check "stocks by snapshot" "$stocks" "$(by_snapshot)"
for grouping in port peer-port container; do
    check "stocks by snapshot --by $grouping" "$stocks" "$(by_groups $grouping)"
done
check "connections of a port by snapshot" "7001,established,ipv4,7 7001,syn_received,ipv4,3 7001,listen,ipv4,1" \
    "$(inside ./tcplens snapshot --by port --format csv | tr -d '\r' | grep ^7001, | xargs)"
check "connections of a container by snapshot" "established 26 listen 5 syn_received 3" \
    "$(inside ./tcplens snapshot --by container --format csv | grep "^/oracle-$$," \
        | awk -F, '$3 ~ /established|listen|syn_received/ { count[$3] += $5 } END { for (s in count) print s, count[s] }' \
        | sort | xargs)"
check "the queues of a listener by snapshot" "127.0.0.1,7003,ipv4,1,2,8,0,0,8,0" \
    "$(inside ./tcplens snapshot --by listener --format csv | grep ,7003, | cut -d , -f 1-10)"
check "stocks by top" "ESTABLISHED 26 SYN_RECV 3 FIN_WAIT2 7 TIME_WAIT 14 CLOSE_WAIT 7 LISTEN 5" "$(by_top)"
# The agent empties the map and fills it anew each second.
filled() {
    [ "$(by_map)" = "$stocks" ]
}
eventually 5 filled
check "stocks in the map" "$stocks" "$(by_map)"

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

# ---- flows ----

# A child of a listener has the listener's type until its next step. Without memory the change is counted at once, so the
# two that come over IPv4 to the listener for both are IPv6 there; a trace waits for it.
born=31 born6=6
[ -n "$no_memory" ] && born=29 born6=8
births="listen>syn_received ipv4 $born
listen>syn_received ipv6 $born6"
# 31 connections over IPv4 (5 stay, 2 mapped, 2 dual, 2 waiting, 5 io, 2 reset, 4 half, 3 orphans, 6 done) and two calls
# that fail; 6 over IPv6 (2 stay, 3 io, 1 reset) and one call.
transitions="close_wait>last_ack ipv4 11
close_wait>last_ack ipv6 3
closed>listen ipv4 4
closed>listen ipv6 2
closed>syn_sent ipv4 33
closed>syn_sent ipv6 7
established>close_wait ipv4 18
established>close_wait ipv6 3
established>closed ipv4 4
established>closed ipv6 2
established>fin_wait_1 ipv4 18
established>fin_wait_1 ipv6 3
fin_wait_1>fin_wait_2 ipv4 18
fin_wait_1>fin_wait_2 ipv6 3
fin_wait_2>closed ipv4 14
fin_wait_2>closed ipv6 3
last_ack>closed ipv4 11
last_ack>closed ipv6 3
listen>closed ipv4 1
syn_received>established ipv4 31
syn_received>established ipv6 6
syn_sent>closed ipv4 2
syn_sent>closed ipv6 1
syn_sent>established ipv4 31
syn_sent>established ipv6 6"
check "transitions" "$(printf '%s\n' "$transitions" "$births" | sort)" \
    "$(rows tcplens.connection.transitions 'word["previous"] ">" word["state"], word["type"]')"

# Their number by change and type; of each the fields that all kernels know.
check "traced transitions" "$(printf '%s\n' "$transitions" "listen>syn_received ipv4 31" "listen>syn_received ipv6 6" | sort)" \
    "$(sed 's/.*"old_state":"\([a-z_0-9]*\)","new_state":"\([a-z_0-9]*\)","type":"\([a-z0-9]*\)".*/\1>\2 \3/' "$work/events" | tally)"
check "losses of trace" "none" "$(sed -n 's/.* events, \([a-z0-9]*\) lost.*/\1/p' "$work/trace-log")"
check "failures traced" "refused 2
reset 3
timed_out 1" "$(sed -n 's/.*"error":"\([a-z_]*\)".*/\1/p' "$work/events" | sort | uniq -c | awk '{ print $2, $1 }')"
if [ -z "$no_ports" ]; then
    check "ports traced" "" "$(grep '"local_port":0,' "$work/events")"
fi
if [ -z "$no_memory" ]; then
    # All but the first change of each socket, which are those from CLOSE and the births.
    check "durations traced" "" \
        "$(grep '"state_duration_seconds":null' "$work/events" | grep -v -e '"old_state":"closed"' -e '"new_state":"syn_received"')"
fi

if [ -z "$no_memory" ]; then
    check "handshakes" "client ipv4 ok 31
client ipv4 refused 1
client ipv4 timed_out 1
client ipv6 ok 6
client ipv6 refused 1
server ipv4 ok 31
server ipv6 ok 6" "$(rows tcplens.handshakes 'word["role"], word["type"], ("error" in word ? word["error"] : "ok")' | sort)"
    check "bytes" "receive client 90050
receive server 5000
transmit client 5000
transmit server 90050" "$(rows tcplens.connection.io 'word["direction"], word["role"]')"
    check "durations of handshakes" "client ipv4 31
client ipv6 6
server ipv4 31
server ipv6 6" "$(rows tcplens.handshake.duration 'word["role"], word["type"]')"
    # Those that have ended: 5 io, 2 reset, 6 done, and of the orphans the client's end only.
    check "durations of connections" "client ipv4 16
client ipv6 4
server ipv4 13
server ipv6 4" "$(rows tcplens.connection.duration 'word["role"], word["type"]')"
    check "durations of states" "close_wait 14
established 48
fin_wait_1 21
fin_wait_2 17
last_ack 14
syn_received 37
syn_sent 40" "$(rows tcplens.connection.state.duration 'word["state"]')"
    check "types of round-trip times" "ipv4
ipv6" "$(rows tcplens.rtt 'word["type"]' | cut -d' ' -f1)"
fi

if [ -z "$no_responses" ]; then
    check "durations of responses" "7001 5" "$(rows tcplens.response.duration 'word["port"]')"
fi

# The two that were refused are told by no socket; the event is there for such resets from 6.12 on.
resets="receive ipv4 3
receive ipv6 2
transmit ipv4 2
transmit ipv6 1"
since 6 12 && resets="receive ipv4 3
receive ipv6 2
transmit ipv4 3
transmit ipv6 2"
check "resets" "$resets" "$(rows tcplens.resets 'word["direction"], word["type"]')"

# The call to nowhere sends its SYN again, how often is the kernel's choice; the SYN-ACKs go on until the end, so the sum is
# between what the kernel counted before and after.
found=$(rows tcplens.retransmits 'word["kind"], word["type"]')
check "kinds of retransmits" "syn ipv4
syn_ack ipv4" "$(echo "$found" | cut -d' ' -f1,2)"
total=$(echo "$found" | awk '{ sum += $3 } END { print sum + 0 }')
if [ "$total" -lt 4 ] || [ "$total" -lt "$before" ] || [ "$total" -gt "$after" ]; then
    fail "$total retransmits, where the kernel counts $before to $after"
fi

check "losses" "" "$(rows tcplens.lost_events 'word["reason"]')"
check "reasons of losses" 4 "$(exported tcplens.lost_events | wc -l)"
check "drift" "" "$(rows tcplens.stock.drift 'word["state"]')"
check "states that drift is told of" 6 "$(exported tcplens.stock.drift | wc -l)"

[ $failures = 0 ] || {
    echo "The agent's log:"
    cat "$work/log"
    exit 1
}
