# shellcheck shell=sh
# Compares the flows that were exported and traced with the traffic that was made. For oracle.sh.

# A new server connection has its listener's type until its next change of state. If the agent can't remember
# connections, it counts the first change at once: the two over IPv4 to the listener for both protocols count as IPv6. A
# trace waits for the next change.
born=$over4 born6=$over6
[ -n "$no_memory" ] && born=$((over4 - 2)) born6=$((over6 + 2))
births="listen>syn_received ipv4 $born
listen>syn_received ipv6 $born6"
# 27 connections over IPv4 (5 stay, 2 waiting, 5 io, 2 reset, 4 half, 3 orphans, 6 done), 4 with a socket of IPv6 at one
# end (2 mapped, 2 dual), and two attempts that fail; 6 over IPv6 (2 stay, 3 io, 1 reset) and one attempt.
transitions="close_wait>last_ack ipv4 11
close_wait>last_ack ipv6 3
closed>listen ipv4 4
closed>listen ipv6 2
closed>syn_sent ipv4 $((over4 + 2))
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
syn_received>established ipv4 $over4
syn_received>established ipv6 $over6
syn_sent>closed ipv4 2
syn_sent>closed ipv6 1
syn_sent>established ipv4 $over4
syn_sent>established ipv6 $over6"
check "transitions" "$(printf '%s\n' "$transitions" "$births" | sort)" \
    "$(rows tcplens.connection.transitions 'word["previous"] ">" word["state"], word["type"]')"

# The number of events by change and type, and of each event the fields that exist on all kernels.
check "traced transitions" "$(printf '%s\n' "$transitions" "listen>syn_received ipv4 $over4" "listen>syn_received ipv6 $over6" | sort)" \
    "$(sed 's/.*"old_state":"\([a-z_0-9]*\)","new_state":"\([a-z_0-9]*\)","type":"\([a-z0-9]*\)".*/\1>\2 \3/' "$work/events" | tally)"
check "losses of trace" "none" "$(sed -n 's/.* events, \([a-z0-9]*\) lost.*/\1/p' "$work/trace-log")"
refused=2 reset=3
[ -z "$no_ipv6" ] || refused=1 reset=2
check "failures traced" "refused $refused
reset $reset
timed_out 1" "$(sed -n 's/.*"error":"\([a-z_]*\)".*/\1/p' "$work/events" | sort | uniq -c | awk '{ print $2, $1 }')"
if [ -z "$no_ports" ]; then
    check "ports traced" "" "$(grep '"local_port":0,' "$work/events")"
fi
if [ -z "$no_memory" ]; then
    # Only the first change of a socket has no duration: from CLOSE, or to SYN_RECV for a new server connection.
    check "durations traced" "" \
        "$(grep '"state_duration_seconds":null' "$work/events" | grep -v -e '"old_state":"closed"' -e '"new_state":"syn_received"')"
fi

if [ -z "$no_memory" ]; then
    check "handshakes" "client ipv4 ok $over4
client ipv4 refused 1
client ipv4 timed_out 1
client ipv6 ok 6
client ipv6 refused 1
server ipv4 ok $over4
server ipv6 ok 6" "$(rows tcplens.handshakes 'word["role"], word["type"], ("error" in word ? word["error"] : "ok")' | sort)"
    # The 5 io over IPv4 get 10 bytes each, the 3 over IPv6 30 000.
    bytes=90050
    [ -z "$no_ipv6" ] || bytes=50
    check "bytes" "receive client $bytes
receive server 5000
transmit client 5000
transmit server $bytes" "$(rows tcplens.connection.io 'word["direction"], word["role"]')"
    check "durations of handshakes" "client ipv4 $over4
client ipv6 6
server ipv4 $over4
server ipv6 6" "$(rows tcplens.handshake.duration 'word["role"], word["type"]')"
    # The connections that have ended: 5 io, 2 reset, 6 done, and the 3 orphans, but only their client's end.
    check "durations of connections" "client ipv4 16
client ipv6 4
server ipv4 13
server ipv6 4" "$(rows tcplens.connection.duration 'word["role"], word["type"]')"
    states="close_wait 14
established 48
fin_wait_1 21
fin_wait_2 17
last_ack 14
syn_received 37
syn_sent 40"
    [ -z "$no_ipv6" ] || states="close_wait 11
established 40
fin_wait_1 18
fin_wait_2 14
last_ack 11
syn_received 27
syn_sent 29"
    check "durations of states" "$states" "$(rows tcplens.connection.state.duration 'word["state"]')"
    check "types of round-trip times" "ipv4
ipv6" "$(rows tcplens.rtt 'word["type"]' | cut -d' ' -f1)"
fi

if [ -z "$no_responses" ]; then
    check "durations of responses" "7001 5" "$(rows tcplens.response.duration 'word["port"]')"
fi

# The two refused attempts are reset without a socket. The kernel has an event for such resets since 6.12.
resets="receive ipv4 3
receive ipv6 2
transmit ipv4 2
transmit ipv6 1"
since 6 12 && resets="receive ipv4 3
receive ipv6 2
transmit ipv4 3
transmit ipv6 2"
check "resets" "$resets" "$(rows tcplens.resets 'word["direction"], word["type"]')"

# The attempt that times out sends its SYN again, as often as the kernel chooses. SYN-ACKs are sent again until the end,
# so the sum is between what the kernel counted before and after.
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
check "states that drift is reported for" 6 "$(exported tcplens.stock.drift | wc -l)"
