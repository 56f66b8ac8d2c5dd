# What the units must do, checked in the booted container (container.bash).
# shellcheck shell=bash disable=SC2154

check_all() {
    version=$(inside systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
    echo "systemd $version"
    local check
    for check in units start identity journal spool stop reload refusal watchdog node pin; do
        "check_$check"
        echo "ok: $check"
    done
}

property() { inside systemctl show tcplens --property="$1" --value; }
# Whether a property of the service has a value, or one of the form of a pattern.
# shellcheck disable=SC2053    # it is a pattern
has() { [[ $(property "$1") == $2 ]]; }
journal() { inside journalctl --unit=tcplens --no-pager --output=cat "$@"; }
# shellcheck disable=SC2053
logged() { [[ $(journal) == *$1* ]]; }

# Replaces the settings by the arguments, and has none of the former log.
settings() {
    printf '%s\n' "$@" >"$root/etc/tcplens/tcplens.env"
    inside journalctl --quiet --rotate --vacuum-time=1s >/dev/null 2>&1
}

drop_in() {
    install -D -m 644 /dev/stdin "$root/etc/systemd/system/tcplens.service.d/$1"
    inside systemctl daemon-reload
}

without_drop_ins() {
    rm -rf "$root/etc/systemd/system/tcplens.service.d"
    inside systemctl daemon-reload
}

# Fails if systemd does not understand a unit, or thinks it too exposed.
examine() {
    local complaints exposure
    complaints=$(inside systemd-analyze verify --man=no "/usr/lib/systemd/system/$1" 2>&1) || fail "$1: $complaints"
    [ -z "$complaints" ] || fail "$1: $complaints"
    exposure=$(inside systemd-analyze security --no-pager "$1" | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
    awk -v exposure="$exposure" 'BEGIN { exit !(exposure != "" && exposure < 2.0) }' \
        || fail "$1 has an exposure of $exposure, not below 2.0"
    echo "    $1${2:+ with $2}: exposure $exposure"
}

check_units() {
    examine tcplens.service
    local drop_in
    for drop_in in node.conf pin.conf; do
        drop_in "$drop_in" <"deploy/systemd/$drop_in"
        examine tcplens.service "$drop_in"
        without_drop_ins
    done
    if [ "$version" -ge 258 ]; then examine tcplens-token.service; fi
}

# Nothing listens on port 4318, and the service is ready all the same.
check_start() {
    settings OTEL_METRIC_EXPORT_INTERVAL=1000
    inside systemctl start tcplens || fail "the service does not start: $(journal)"
    has ActiveState active || fail "it is not active: $(property ActiveState)"
    has StatusText 'every 1 s to http://localhost:4318/v1/metrics*' || fail "its status is: $(property StatusText)"
    eventually "the reason in the status" has StatusText '*; cannot export*'
}

in_its_mounts() { inside nsenter --target "$(property MainPID)" --mount "$@"; }

check_identity() {
    local status
    status=$(inside cat "/proc/$(property MainPID)/status")
    [[ $status == *$'\nUid:\t'[1-9]* ]] || fail "it runs as root"
    # Bits 39 and 38: CAP_BPF and CAP_PERFMON.
    [[ $status == *$'\nCapBnd:\t000000c000000000'* ]] || fail "its bounding set is: $status"
    [[ $status == *$'\nNoNewPrivs:\t1'*$'\nSeccomp:\t2'* ]] || fail "it is not confined: $status"
    # Even root could not write there or see that.
    mkdir -p "$root/home/someone"
    local place
    for place in /etc /usr /var /sys/fs/cgroup; do
        if in_its_mounts sh -c "echo > $place/x" 2>/dev/null; then fail "$place can be written"; fi
    done
    [ -z "$(in_its_mounts ls --almost-all /home)" ] || fail "homes can be seen"
    in_its_mounts cat /proc/sys/net/ipv4/ip_local_port_range /proc/self/net/netstat /sys/kernel/btf/vmlinux >/dev/null || fail "what it reads is hidden"
}

check_journal() {
    local line
    line=$(journal --output=json --output-fields=PRIORITY,MESSAGE --grep='^tcplens .* on Linux')
    [[ $line == *'"PRIORITY":"6"'* ]] || fail "its first line has another severity: $line"
    eventually "the warning" logged 'cannot export'
    [ -n "$(journal --priority=warning --grep='^cannot export')" ] || fail "a failed export is no warning: $(journal)"
    [[ $(journal) != *'<6>'* && $(journal) != *'[TCPLens]'* ]] || fail "prefixes are in the log: $(journal)"
}

spooled() { inside sh -c 'ls /var/lib/tcplens/spool/*.otlp' 2>/dev/null || true; }
has_spooled() { [ "$(spooled | wc -l)" -ge 2 ]; }
# Whether nothing of what waited remains. There is always a new request, which may wait for a moment.
has_sent() { [ -z "$(comm -12 <(sort <<<"$waiting") <(spooled | sort))" ]; }

# What waits on disk survives a restart, and is sent when there is a receiver.
check_spool() {
    settings OTEL_METRIC_EXPORT_INTERVAL=1000 TCPLENS_SPOOL=/var/lib/tcplens/spool
    inside systemctl restart tcplens
    eventually "requests in the spool" has_spooled
    waiting=$(spooled)
    inside systemctl restart tcplens
    ! has_sent || fail "the spool is empty after a restart"
    inside systemd-run --quiet --unit=sink tcplens sink
    eventually "the spool to be sent" has_sent
    has ActiveState active || fail "it is not active"
    inside systemctl stop sink
}

# Status 28 of curl: somebody listens and does not answer.
is_silent() {
    local status=0
    inside curl --silent --max-time 1 http://127.0.0.1:9/ || status=$?
    [ "$status" = 28 ]
}

# The last export ends in time, even if the receiver does not answer.
check_stop() {
    settings OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 OTEL_METRIC_EXPORT_INTERVAL=3600000
    inside systemd-run --quiet --unit=silent sh -c 'exec systemd-socket-activate --listen=127.0.0.1:9 --accept sleep 60'
    eventually "the silent receiver" is_silent
    inside systemctl restart tcplens
    local begin=$SECONDS
    inside systemctl stop tcplens
    [ $((SECONDS - begin)) -ge 3 ] || fail "it did not try to export once more: $(journal)"
    [ $((SECONDS - begin)) -le 10 ] || fail "it took $((SECONDS - begin)) s to stop"
    has Result success || fail "the result of a stop is $(property Result): $(journal)"
    logged 'SIGTERM: collecting once more, then stopping' || fail "the last collection is not in the log: $(journal)"
    inside systemctl stop silent
}

configuration() {
    cat >"$root/etc/tcplens/tcplens.yaml" <<EOF
file_format: "1.1"
meter_provider: {readers: [{periodic: {interval: $1, exporter: {otlp_http: }}}]}
EOF
}

check_reload() {
    settings OTEL_CONFIG_FILE=/etc/tcplens/tcplens.yaml
    configuration 60000
    inside systemctl start tcplens
    has StatusText 'every 60 s*' || fail "its status is: $(property StatusText)"
    configuration 30000
    inside systemctl reload tcplens
    eventually "the new settings" has StatusText 'every 30 s*'
    configuration soon
    inside systemctl reload tcplens
    eventually "the refusal" has StatusText 'every 30 s*; the new configuration was refused: /etc/tcplens/tcplens.yaml:2:*'
    has ActiveState active && has NRestarts 0 || fail "it was restarted: $(journal)"
    if [ "$version" -ge 253 ]; then
        drop_in reload.conf <deploy/systemd/reload.conf
        configuration 20000
        inside systemctl restart tcplens
        configuration 10000
        inside systemctl reload tcplens
        has StatusText 'every 10 s*' || fail "the reload returned before it was done: $(property StatusText)"
        without_drop_ins
    fi
    inside systemctl stop tcplens
}

check_refusal() {
    settings OTEL_CONFIG_FILE=/etc/tcplens/tcplens.yaml
    configuration soon
    if inside systemctl start tcplens 2>/dev/null; then fail "it starts with bad settings"; fi
    has ActiveState failed || fail "after bad settings it is $(property ActiveState)"
    has ExecMainStatus 2 || fail "its status is $(property ExecMainStatus), not that of wrong usage"
    [ -n "$(journal --priority=err --grep='^/etc/tcplens/tcplens.yaml:2:')" ] || fail "the reason is not in the log: $(journal)"
    inside systemctl reset-failed tcplens
}

has_restarted() { has NRestarts 1 && has ActiveState active; }

# A process that is stopped gives no sign of life.
check_watchdog() {
    settings
    printf '[Service]\nWatchdogSec=4\nRestartSec=1\n' | drop_in quick.conf
    inside systemctl start tcplens
    # Longer than the limit: it is alive.
    sleep 6
    has NRestarts 0 || fail "it was restarted while it worked: $(journal)"
    inside systemctl kill --signal=STOP tcplens
    eventually "the restart" has_restarted
    inside journalctl --no-pager --grep="Failed with result 'watchdog'" >/dev/null || fail "that was not the watchdog"
    without_drop_ins
    inside systemctl stop tcplens
}

has_unit_resource() {
    [ -n "$(inside journalctl --unit=sink --no-pager --grep='tcplens\.systemd\.unit\.name=sink\.service' 2>/dev/null)" ]
}

# All namespaces: other units are resources of their own.
check_node() {
    settings OTEL_METRIC_EXPORT_INTERVAL=1000
    drop_in node.conf <deploy/systemd/node.conf
    inside systemctl reset-failed sink 2>/dev/null || true
    inside systemd-run --quiet --unit=sink tcplens sink
    inside systemctl start tcplens
    eventually "the metrics of another unit" has_unit_resource
    logged 'observing all network namespaces' || fail "it observes one namespace: $(journal)"
    inside systemctl stop tcplens sink
    without_drop_ins
}
