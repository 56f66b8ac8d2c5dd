# shellcheck shell=sh
# Makes the condition, or checks that the kernel was booted with it. For oracle.sh.
#
# Sets $tcplens, the words that start it, $no_ipv6, which is empty unless the kernel has no IPv6, and how many
# connections of the traffic there are.

tcplens=./tcplens
no_ipv6=

# set_to VALUE FILE: for one of the kernel's settings.
set_to() {
    echo "$1" >"$2"
    [ "$(cat "$2")" = "$1" ] || fail "$2 can't be $1"
}

case $condition in
"") ;;
lockdown) grep -q '\[confidentiality\]' /sys/kernel/security/lockdown || fail "the kernel is not locked down" ;;
interpreted) set_to 0 /proc/sys/net/core/bpf_jit_enable ;;
hardened) set_to 2 /proc/sys/net/core/bpf_jit_harden ;;
unprivileged)
    set_to 2 /proc/sys/kernel/unprivileged_bpf_disabled
    # A user that owns nothing, with the two capabilities that the README names.
    only=-all,+bpf,+perfmon
    tcplens="./setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs"
    tcplens="$tcplens --inh-caps $only --ambient-caps $only --bounding-set $only ./tcplens"
    # Its processes write to files that are already open, but have to reach them.
    chmod 711 "$work"
    ;;
cpus128)
    [ "$(cat /sys/devices/system/cpu/possible)" = 0-127 ] \
        || fail "the kernel has room for the processors $(cat /sys/devices/system/cpu/possible)"
    ;;
noipv6)
    [ "$(cat /sys/module/ipv6/parameters/disable)" = 1 ] || fail "the kernel was not booted with ipv6.disable=1"
    no_ipv6=1
    ;;
*) fail "what is the condition '$condition'?" ;;
esac

# Connections over IPv4, of which 4 have a socket of IPv6 at one end, and those over IPv6.
over4=31 over6=6 mapped=2
[ -z "$no_ipv6" ] || over4=27 over6=0 mapped=0
