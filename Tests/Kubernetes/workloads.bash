# What the tests need in the cluster: images, a Collector, and what receives from it.
# shellcheck shell=bash disable=SC2154

# import REFERENCE DIRECTORY CONFIG
import() {
    "$here/image" "$@" >"$work/image.tar" && ctr --namespace k8s.io images import "$work/image.tar" >>"$logs/images" 2>&1 \
        || die "an image cannot be imported" images
    rm "$work/image.tar"
}

import_images() {
    local library directory=$work/image
    # It also holds the namespaces of pods, for which it must end when it is asked to.
    mkdir -p "$directory/bin" "$directory/www" "$directory/tmp" "$directory/proc" "$directory/etc"
    cp "$cache/root/bin/busybox" "$directory/bin/"
    for applet in $(busybox --list); do [ -e "$directory/bin/$applet" ] || ln -s busybox "$directory/bin/$applet"; done
    echo hello >"$directory/www/index.html"
    import localhost/busybox:1 "$directory" \
        '{"Entrypoint": ["/bin/sh", "-c", "trap exit TERM; while :; do sleep 1000 & wait; done"], "Env": ["PATH=/bin"]}'
    rm -r "$directory"

    mkdir -p "$directory/bin"
    cp "$OTELCOL" "$directory/bin/otelcol"
    import localhost/otelcol:1 "$directory" '{"Entrypoint": ["/bin/otelcol"], "Env": ["PATH=/bin"]}'
    rm -r "$directory"

    mkdir -p "$directory/usr/bin"
    cp "$TCPLENS" "$directory/usr/bin/tcplens"
    for library in $(ldd "$TCPLENS" | grep -o '/[^ ]*'); do
        mkdir -p "$directory$(dirname "$library")"
        cp "$library" "$directory$library"
    done
    import localhost/tcplens:1 "$directory" '{"Entrypoint": ["/usr/bin/tcplens"], "Env": ["PATH=/usr/bin"]}'
    rm -r "$directory"
}

# The Collector's telemetry ends here. It runs on the node, outside of all pods.
start_receiver() {
    python3 "$here/receiver.py" $node_address:4319 "$work/received" >"$logs/receiver" 2>&1 &
    : >"$work/received"
}

start_collector() {
    apply collector.yaml
    eventually 60 is_available observability deployment/collector || die "the Collector does not start" kubelet
}

# apply FILE [SED-SCRIPT]: a manifest of the tests, changed.
apply() {
    sed -e "${2:-}" "$here/manifests/$1" | kubectl apply -f - >>"$logs/kubectl" 2>&1 \
        || die "kubectl apply $1 failed" kubectl
}

is_available() {
    kubectl --namespace "$1" rollout status "$2" --timeout 1s
}
