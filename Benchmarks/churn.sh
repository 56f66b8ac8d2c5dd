# shellcheck shell=bash
# Makes and ends connections as fast as possible, in a network namespace of its own. Benchmarks source this file.
#
# They set `rounds` and `connections`, and define `start NAME` and `stop`, which start and end a watcher of this
# traffic.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scratch=$(mktemp -d)
stats=$(cat /proc/sys/kernel/bpf_stats_enabled)
trap 'echo "$stats" > /proc/sys/kernel/bpf_stats_enabled; kill $(jobs -p) 2>/dev/null || true; rm -rf "$scratch"' EXIT
cc -O2 -o "$scratch/traffic" "$here/Tests/Traffic/"*.c

# Makes `connections` connections. Prints how many were made a second, and how many nanoseconds of processor time the
# processes took for each. They do the work of both ends, softirqs included.
#
# $workload is `bare` or `request`. In `bare` two processes do both ends and send no data, which makes the most changes
# of state. In `request` two clients and two servers exchange a request and an answer on each connection.
workload=${WORKLOAD:-bare}
churn() {
    local begin end port half=$((connections / 2)) churners=() TIMEFORMAT='%U %S'
    rm -f "$scratch"/time.*
    begin=$(date +%s%N)
    for port in 8001 8002; do
        if [ "$workload" = request ]; then
            within serve.$port "listen 4 $port 128" "serve $port $half" &
            churners+=($!)
            # Wait until the server listens.
            until nsenter --net="/proc/$namespace/ns/net" ss -Hltn "sport = $port" | grep -q .; do sleep 0.01; done
            within ask.$port "request 4 $port $half" &
        else
            within churn.$port "listen 4 $port 128" "churn 4 $port $half" &
        fi
        churners+=($!)
    done
    wait "${churners[@]}"
    end=$(date +%s%N)
    cat "$scratch"/time.* | awk -v n="$connections" -v wall=$((end - begin)) \
        '{ used += $1 + $2 } END { printf "%d %d\n", n * 1e9 / wall, used * 1e9 / n }'
}

# Carries out commands of `traffic` in the namespace. The processor time that they took goes to time.NAME.
within() { # NAME COMMAND...
    local name=$1
    shift
    { time nsenter --net="/proc/$namespace/ns/net" "$scratch/traffic" --here > "$scratch/$name.answers" \
        <<< "$(printf '%s\n' "$@")"; } 2> "$scratch/time.$name"
    ! grep error "$scratch/$name.answers" >&2
}

enter() { exec nsenter --net="/proc/$namespace/ns/net" "$@"; }

mkfifo "$scratch/commands"
"$scratch/traffic" < "$scratch/commands" > /dev/null &
namespace=$!
exec 9> "$scratch/commands"
sleep 0.5
for setting in "net.ipv4.tcp_max_tw_buckets=1000" "net.ipv4.ip_local_port_range=10000 65000"; do
    nsenter --net="/proc/$namespace/ns/net" sysctl -qw "$setting"
done

# Prints for each watcher the best value and the median of COLUMN, and both as a share of those of the first watcher,
# which is `nothing`. SORT is the option of sort that puts the best value first.
report() { # COLUMN SORT WATCHER...
    local column=$1 sort=$2 watcher best median base_best= base_median
    for watcher in "${@:3}"; do
        cut -d' ' -f"$column" "$scratch/$watcher.churn" | sort "$sort" > "$scratch/sorted"
        best=$(head -n 1 "$scratch/sorted") median=$(sed -n "$(((rounds + 1) / 2))p" "$scratch/sorted")
        [ -n "$base_best" ] || base_best=$best base_median=$median
        awk -v w="$watcher" -v b="$best" -v m="$median" -v bb="$base_best" -v bm="$base_median" 'BEGIN {
            printf "  %-12s best %7d (%5.1f %%)   median %7d (%5.1f %%)\n", w, b, 100 * b / bb, m, 100 * m / bm }'
    done
}

# Runs the watchers in turn, round by round. Each round begins with another watcher, because the state of the machine
# changes during a round.
compare() {
    local round turn watcher
    churn > /dev/null
    for watcher; do : > "$scratch/$watcher.churn"; done
    for round in $(seq "$rounds"); do
        for turn in $(seq 0 $(($# - 1))); do
            watcher=${*:(turn + round) % $# + 1:1}
            start "$watcher"
            churn >> "$scratch/$watcher.churn"
            stop
        done
    done
    echo "connections a second, $rounds rounds of $connections, $workload (and compared with nothing):"
    report 1 -rn "$@"
    echo "nanoseconds of processor time a connection (and compared with nothing):"
    report 2 -n "$@"
}

# cost NAMES: prints the nanoseconds an event and the number of events, by the kernel's statistics of the programs on
# inet_sock_set_state whose names match.
cost() {
    bpftool --json prog list | jq -r --arg names "$1" '
        [.[] | select(.name | test($names))]
        | (map(.run_time_ns // 0) | add // 0) as $ns | (map(.run_cnt // 0) | max // 0) as $runs
        | if $runs > 0 then "\($ns / $runs | floor) ns an event, \($runs) events" else "no events" end'
}

# Prints what a change of state costs each watcher.
compare_costs() {
    local watcher
    echo "cost of a change of state:"
    echo 1 > /proc/sys/kernel/bpf_stats_enabled
    for watcher; do
        start "$watcher"
        churn > /dev/null
        printf '  %-12s %s\n' "$watcher" "$(cost 'follow_conne|handle_set_sta|inet_sock_set_s|tcp_set_state|^trace_')"
        stop
    done
    echo "$stats" > /proc/sys/kernel/bpf_stats_enabled
}
