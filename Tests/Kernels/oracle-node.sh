# shellcheck shell=sh
# The same sockets seen from another namespace, in all of the machine, as those of a workload. For oracle.sh.

# Sums up the states of the workload's connections in the last export, which is that of a single collection.
by_workload() {
    noting node env OTEL_METRICS_EXPORTER=console $tcplens run --scope node --once --log-level error | awk -v group="oracle-$$" '
        /^Resource/ { is_ours = index($0, group) > 0 }
        /^[^ ]/ { here = $1 == "system.network.connection.count" }
        is_ours && here && /^ / {
            match($0, /connection.state=[a-z_0-9]*/)
            count[substr($0, RSTART + 17, RLENGTH - 17)] += $NF
        }
        END { for (state in count) if (state ~ /established|listen|syn_received/) print state, count[state] }' | sort | xargs
}

if [ -n "$no_memory$no_walk" ]; then
    case $condition in
    lockdown) reason=lockdown=confidentiality ;;
    interpreted) reason=net.core.bpf_jit_enable ;;
    *) reason="before 5.17" ;;
    esac
    # refuses WHAT COMMAND...: the line has the reason, and ends with what to do.
    refuses() {
        what=$1
        shift
        refusal=$("$@" 2>&1 >"$work/nothing")
        check "the exit status of $what" 1 $?
        case $refusal in
        *"$reason"*"--scope self"*) ;;
        *) fail "$what says '$refusal'" ;;
        esac
    }
    refuses "snapshot --scope node" $tcplens snapshot --scope node
    refuses "run --scope node" env OTEL_METRICS_EXPORTER=console $tcplens run --scope node --once
    case $(grep "scope node would not work" "$work/diagnosis") in
    *"$reason"*) ;;
    *) fail "the doctor does not give $reason as the reason against --scope node" ;;
    esac
else
    check "connections of the namespace, from outside" "$by_ends" \
        "$($tcplens snapshot --scope node --by namespace --format csv | tr -d '\r' \
            | awk -F, -v number="$(stat -L -c %i "/proc/$maker/ns/net")" '$1 == number && $(NF - 2) ~ /established|listen|syn_received/ {
                count[$(NF - 2)] += $NF
            } END { for (s in count) print s, count[s] }' | sort | xargs)"
    check "connections of the workload" "$by_ends" "$(by_workload)"
fi
