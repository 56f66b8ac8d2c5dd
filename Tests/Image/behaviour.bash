# What the image does, with no more rights than in the manifests of Kubernetes. Sourced by Tests/Image/run.
# shellcheck shell=bash disable=SC2154,SC2034

Tests/Image/seccomp-profile "$containers/usr/share/containers/seccomp.json" >"$work/seccomp.json"
tight=(--read-only --cap-drop ALL --security-opt no-new-privileges --security-opt "seccomp=$work/seccomp.json"
    --memory 96m --cpus 0.5)

# Waits until a command succeeds, 20 s at most.
until_works() {
    local step
    for ((step = 0; step < 200; step++)); do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    fail "does not happen: $*"
}

# A network namespace without any network, and a receiver in it, which needs no capability.
podman run --detach --name sink --network none "${tight[@]}" "$image" sink >/dev/null
namespace=$(podman inspect --format '{{.State.Pid}}' sink)
fetch() {
    nsenter --net --target "$namespace" curl --silent --fail --max-time 5 "$@"
}
until_works nsenter --net --target "$namespace" sh -c 'ss -Hltn "sport = :4318" | grep -q .'
agent=(--network container:sink "${tight[@]}" --cap-add BPF --cap-add PERFMON)

# The spool is in a volume to which others may write, such as an emptyDir.
mkdir -m 777 "$work/volume"
chmod 777 "$work/volume"
spool=(--volume "$work/volume:/var/lib/tcplens" --env TCPLENS_SPOOL=/var/lib/tcplens/spool)
report=$(podman run --rm "${agent[@]}" "${spool[@]}" "$image" doctor --format json) || fail "doctor finds problems: $report"
jq --exit-status '.ok and any(.checks[]; .name | startswith("program "))' <<<"$report" >/dev/null \
    || fail "doctor loaded no program: $report"

table=$(podman run --rm "${agent[@]}" "$image" snapshot)
grep -qE '^LISTEN +1 +0 +1$' <<<"$table" || fail "snapshot does not show the listener of the sink: $table"

podman run --rm "${agent[@]}" "$image" run --once 2>"$work/once" || fail "run --once failed: $(cat "$work/once")"
received=$(podman logs sink 2>&1)
grep -q 'system.network.connection.count' <<<"$received" || fail "the sink got no metrics: $received"

# Names are resolved, by a file and without one.
podman run --rm "${agent[@]}" --volume "$PWD/Tests/Image/hosts:/etc/hosts:ro" \
    --env OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.example:4318 "$image" run --once 2>"$work/name" \
    || fail "no export to a name of /etc/hosts: $(cat "$work/name")"

# Each capability is needed, and doctor names the one that is missing.
for pair in BPF:PERFMON PERFMON:BPF; do
    less=(--network container:sink "${tight[@]}" --cap-add "${pair%:*}")
    ! podman run --rm "${less[@]}" "$image" run --once 2>"$work/refused" || fail "it works without CAP_${pair#*:}"
    report=$(podman run --rm "${less[@]}" "$image" doctor || true)
    grep -q "CAP_${pair#*:} .*missing" <<<"$report" || fail "doctor does not miss CAP_${pair#*:}: $report"
done

# Certificates: of the authority that is given, and no other.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$work/key.pem" -out "$work/ca.pem" 2>/dev/null
nsenter --net --target "$namespace" Tests/Image/tls-receiver 4443 "$work/ca.pem" "$work/key.pem" 2>/dev/null &
receiver=$!
until_works nsenter --net --target "$namespace" sh -c 'ss -Hltn "sport = :4443" | grep -q .'
secure=(--env OTEL_EXPORTER_OTLP_ENDPOINT=https://localhost:4443)
podman run --rm "${agent[@]}" "${secure[@]}" --volume "$work/ca.pem:/etc/tcplens/tls/ca.crt:ro" \
    --env OTEL_EXPORTER_OTLP_CERTIFICATE=/etc/tcplens/tls/ca.crt "$image" run --once 2>"$work/tls" \
    || fail "no export over TLS: $(cat "$work/tls")"
! podman run --rm "${agent[@]}" "${secure[@]}" "$image" run --once 2>"$work/tls" \
    || fail "a certificate of an unknown authority is accepted"
grep -q 'certificate' "$work/tls" || fail "it does not say that the certificate is the reason: $(cat "$work/tls")"

# Counters outlive their container, in a directory that is mounted outside of the container's /sys.
pins=/sys/fs/bpf/tcplens-test-$$
mkdir -m 700 "$pins"
for container in first second; do
    podman run --rm "${agent[@]}" --volume "$pins:/run/tcplens/pins" --env TCPLENS_PIN=/run/tcplens/pins \
        "$image" run --once 2>"$work/$container" || fail "with pins the $container container fails: $(cat "$work/$container")"
done
"$binary" unpin "$pins" >/dev/null || fail "root of the machine can't end the programs of a container"
grep -q 'adopted the pinned programs' "$work/second" || fail "the second container begins anew: $(cat "$work/second")"

# The agent runs, is live and ready, has no more rights than it was given, and ends in time.
podman run --detach --name agent "${agent[@]}" --env TCPLENS_HEALTH=127.0.0.1:9465 "$image" run --interval 1s >/dev/null
until_works fetch http://127.0.0.1:9465/readyz
fetch http://127.0.0.1:9465/livez >/dev/null || fail "the agent is not live"
status=/proc/$(podman inspect --format '{{.State.Pid}}' agent)/status
permitted=$(sed -n 's/^CapPrm:\t//p' "$status")
[ $((0x$permitted & ~0xc000000000)) = 0 ] || fail "it has other capabilities than CAP_BPF and CAP_PERFMON: $permitted"
grep -qE '^NoNewPrivs:\s1$' "$status" || fail "it may get new privileges"
grep -qE '^Seccomp:\s2$' "$status" || fail "it has no seccomp filter"
[ "$(podman inspect --format '{{.HostConfig.ReadonlyRootfs}}' agent)" = true ] || fail "its root can be written"
podman stop --time 10 agent >/dev/null
[ "$(podman inspect --format '{{.State.ExitCode}}' agent)" = 0 ] || fail "it ends with an error: $(podman logs agent 2>&1)"
