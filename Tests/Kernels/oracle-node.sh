# shellcheck shell=sh
# The same sockets seen from another namespace, in all of the machine, as those of a workload. For oracle.sh.

# Sums up the states of the workload's connections in the last export, which is that of a single collection.
by_workload() {
    OTEL_METRICS_EXPORTER=console ./tcplens run --scope node --once --log-level error | awk -v group="oracle-$$" '
        /^Resource/ { is_ours = index($0, group) > 0 }
        /^[^ ]/ { here = $1 == "system.network.connection.count" }
        is_ours && here && /^ / {
            match($0, /connection.state=[a-z_0-9]*/)
            count[substr($0, RSTART + 17, RLENGTH - 17)] += $NF
        }
        END { for (state in count) if (state ~ /established|listen|syn_received/) print state, count[state] }' | sort | xargs
}

if [ -n "$no_memory$no_walk" ]; then
    # The line ends with what to do.
    refusal=$(./tcplens snapshot --scope node 2>&1)
    check "the exit status of snapshot --scope node" 1 $?
    case $refusal in
    *"--scope self"*) ;;
    *) fail "snapshot --scope node says '$refusal'" ;;
    esac
    OTEL_METRICS_EXPORTER=console ./tcplens run --scope node --once >/dev/null 2>&1
    check "the exit status of run --scope node" 1 $?
else
    check "connections of the namespace, from outside" "established 26 listen 5 syn_received 3" \
        "$(./tcplens snapshot --scope node --by namespace --format csv | tr -d '\r' \
            | awk -F, -v number="$(stat -L -c %i "/proc/$maker/ns/net")" '$1 == number && $(NF - 2) ~ /established|listen|syn_received/ {
                count[$(NF - 2)] += $NF
            } END { for (s in count) print s, count[s] }' | sort | xargs)"
    check "connections of the workload" "established 26 listen 5 syn_received 3" "$(by_workload)"
fi
