# shellcheck shell=bash
# Connections made and ended as fast as they go, in a namespace of their own, for the benchmarks to be read into.
#
# They give `rounds` and `connections`, and start and stop watchers of it by `start NAME` and `stop`.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scratch=$(mktemp -d)
stats=$(cat /proc/sys/kernel/bpf_stats_enabled)
trap 'echo "$stats" > /proc/sys/kernel/bpf_stats_enabled; kill $(jobs -p) 2>/dev/null || true; rm -rf "$scratch"' EXIT
cc -O2 -o "$scratch/traffic" "$here/Tests/Traffic/traffic.c"

# So many connections from two processes in the namespace; prints how many a second.
churn() {
    local begin end port churners=()
    begin=$(date +%s%N)
    for port in 8001 8002; do
        nsenter --net="/proc/$namespace/ns/net" "$scratch/traffic" --here > /dev/null \
            <<< "$(printf 'listen 4 %s 128\nchurn 4 %s %s\n' $port $port $((connections / 2)))" &
        churners+=($!)
    done
    wait "${churners[@]}"
    end=$(date +%s%N)
    echo $((connections * 1000000000 / (end - begin)))
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

# Prints the rates of each watcher, round by round in turn, and their medians beside that of nothing, the first.
compare() {
    local base median watcher
    churn > /dev/null
    echo "connections a second, $connections each, by round:"
    for watcher; do : > "$scratch/$watcher.rates"; done
    for _ in $(seq "$rounds"); do
        for watcher; do
            start "$watcher"
            churn >> "$scratch/$watcher.rates"
            stop
        done
    done
    base=$(sort -n "$scratch/$1.rates" | sed -n "$(((rounds + 1) / 2))p")
    for watcher; do
        median=$(sort -n "$scratch/$watcher.rates" | sed -n "$(((rounds + 1) / 2))p")
        printf '  %-12s %s   median %s   %s %% of nothing\n' "$watcher" "$(paste -sd' ' "$scratch/$watcher.rates")" \
            "$median" $((median * 1000 / base / 10)).$((median * 1000 / base % 10))
    done
}

# Nanoseconds an event and how many, of the programs on inet_sock_set_state whose names match, from the kernel's statistics.
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
