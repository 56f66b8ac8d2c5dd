# What pin.conf must do: counters go on over everything that ends the service.
# shellcheck shell=bash disable=SC2154

pins=/sys/fs/bpf/tcplens

# systemd mounts one of these at boot, but not in a container. Nobody but root may enter it.
mount_pins() {
    inside mount -o remount,rw /sys
    inside mkdir -p /sys/fs/bpf
    inside mount -o remount,ro /sys
    inside mount -t bpf -o mode=700 bpf /sys/fs/bpf
}

# Connections that are refused, which nothing else in the container makes.
refused=0
refuse() {
    # shellcheck disable=SC2016
    inside bash -c 'for ((i = 0; i < $1; i++)); do : </dev/tcp/127.0.0.1/9; done' bash "$1" 2>/dev/null || true
    refused=$((refused + $1))
}

# The value of a series of refused connections: `total`, or `created`, which is when it began.
series() {
    inside curl --silent --fail --header 'Accept: application/openmetrics-text' http://127.0.0.1:9464/metrics \
        | sed -n "/^tcplens_connection_transitions_$1{.*state=\"closed\".*previous=\"syn_sent\"/s/.*} //p"
}
counts_refused() { [ "$(series total)" = "$refused" ]; }

# Fails unless the service has all counts, which began when they did at first.
expect_all() {
    eventually "$refused refused connections after $1, of which there are $(series total): $(journal)" counts_refused
    [ "$(series created)" = "$began" ] || fail "after $1 counters began at $(series created), not at $began: $(journal)"
}

# Whether a user has the pins, and nobody else.
is_private() {
    [ "$1" != 0 ] && [ "$(in_its_mounts stat --format=%a:%u /run/tcplens/pins)" = "700:$1" ]
}

begins() { inside systemctl "$1" tcplens || fail "it does not $1 with pins: $(journal)"; }

check_pin() {
    mount_pins
    drop_in pin.conf <deploy/systemd/pin.conf
    local plain=(OTEL_METRICS_EXPORTER=prometheus TCPLENS_PROMETHEUS_CREATED=true)
    settings "${plain[@]}"
    begins start
    local user
    user=$(inside stat --format=%u "/proc/$(property MainPID)")
    is_private "$user" || fail "its pins do not belong to user $user alone: $(in_its_mounts ls -ldn /run/tcplens/pins)"
    refuse 20
    eventually "a count" counts_refused
    began=$(series created)

    refuse 3
    begins restart
    expect_all "a restart"
    inside systemctl stop tcplens
    refuse 5
    begins start
    expect_all "a stop and a start"
    inside systemctl kill --signal=KILL tcplens
    refuse 7
    eventually "another process" has_restarted
    expect_all SIGKILL
    # What another program would load is another generation, as after an upgrade.
    settings "${plain[@]}" TCPLENS_CONNECTION_LIMIT=20000
    install -D -m 755 "$binary" "$root/usr/bin/tcplens.new"
    mv "$root/usr/bin/tcplens.new" "$root/usr/bin/tcplens"
    refuse 2
    begins restart
    logged 'took over the counters of another build' || fail "the new program did not take over: $(journal)"
    expect_all "an upgrade"
    # The user of the service may have another number each time.
    inside systemctl stop tcplens
    inside chown -R 12345 $pins
    begins start
    expect_all "a change of the user's number"

    if inside tcplens unpin $pins 2>/dev/null; then fail "a running agent loses its pins"; fi
    inside systemctl stop tcplens
    inside tcplens unpin $pins >/dev/null || fail "root can't end the programs"
    if inside test -e $pins; then fail "unpin leaves $(inside ls -R $pins)"; fi
    refused=0
    begins start
    refuse 1
    eventually "counters from zero" counts_refused
    [ "$(series created)" != "$began" ] || fail "after unpin the counters have an old start"
    inside systemctl stop tcplens
    inside tcplens unpin $pins >/dev/null
    without_drop_ins
}
