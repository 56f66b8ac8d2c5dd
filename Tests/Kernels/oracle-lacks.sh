# shellcheck shell=sh
# What this kernel and the condition do not let tcplens measure, against what the agent and the doctor say. For
# oracle.sh.
#
# Sets $no_memory, $no_walk, $no_responses, $no_mptcp and $no_ports: the reason for which something is missing, or
# nothing.

sed -n 's/.* notice tcplens: \[[^]]*\] //p' "$work/log" >"$work/missing"
sed 's/^/missing: /' "$work/missing"

# What may be missing, by the version of the kernel. Anything else is a failure.
major=$(uname -r | cut -d. -f1)
minor=$(uname -r | cut -d. -f2 | sed 's/[^0-9].*//')
since() {
    [ "$major" -gt "$1" ] || { [ "$major" -eq "$1" ] && [ "$minor" -ge "$2" ]; }
}
no_memory="no atomic instructions in programs of this kernel: no durations, handshakes, RTT and bytes"
no_responses="no tracepoint sock_send_length on this kernel: no response times"
since 5 12 && no_memory=
since 6 3 && no_responses=
no_mptcp= no_ports= no_walk=
# Since 5.17 programs can walk over the kernel's tables. The older one that is tested here has no line for that: without
# slots there is nothing that a walk would sample.
if [ "$condition" = interpreted ]; then
    no_walk="the BPF compiler is off (net.core.bpf_jit_enable), so programs can't call the kernel: counting takes longer"
fi
if [ "$condition" = lockdown ] && ! since 6 2; then
    no_walk="programs may not read the kernel's memory (lockdown=confidentiality): counting takes longer"
fi
if [ "$condition" = interpreted ] && [ -z "$no_responses" ]; then
    no_mptcp="the BPF compiler is off (net.core.bpf_jit_enable), so programs can't call the kernel: no response times over MPTCP"
fi
# Since 6.2 programs can read the fields of a socket without permission to read other memory.
if [ "$condition" = lockdown ] && ! since 6 2; then
    no_ports="programs may not read the kernel's memory (lockdown=confidentiality): no local port until connected"
fi
[ -n "$no_memory" ] \
    && no_ports="no atomic instructions in programs of this kernel: no durations, and no local port until connected"
check "what this kernel lacks" "$(printf '%s\n' "$no_memory" "$no_walk" "$no_responses" "$no_mptcp" | sed '/^$/d' | sort)" \
    "$(sort "$work/missing")"

check "what the doctor says that it lacks" "$(sort "$work/missing")" \
    "$(sed -n '/^!! missing here: trace/d; s/^!! missing here: //p' "$work/diagnosis" | sort)"
check "what the doctor says that trace lacks" "$no_ports" "$(sed -n 's/^!! missing here: trace: //p' "$work/diagnosis")"
check "commands that the doctor sees working" "snapshot trace" \
    "$(sed -n 's/^ok programs of \([a-z]*\): .*: loaded, attached$/\1/p' "$work/diagnosis" | xargs)"
# The doctor has to give the state of the machine as the reason.
case $condition in
lockdown)
    words="ok lockdown: confidentiality: .*, which these do not need"
    [ -z "$no_ports" ] || words="!! lockdown: confidentiality: .*something is missing"
    grep -q "^$words" "$work/diagnosis" || fail "the doctor does not say '$words'"
    ;;
interpreted) grep -q "^!! BPF compiler: off" "$work/diagnosis" || fail "the doctor does not say that the compiler is off" ;;
esac
