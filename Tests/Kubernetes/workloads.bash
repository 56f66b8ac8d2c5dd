# What the tests need in the cluster: images, a Collector, and what receives from it.
# shellcheck shell=bash disable=SC2154

manifests=$PWD/deploy/kubernetes/manifests

# import DIRECTORY CONFIG NAME...
import() {
    local directory=$1 config=$2 name
    shift 2
    for name; do
        "$here/image" "$name" "$directory" "$config" >"$work/image.tar" \
            && ctr --namespace k8s.io images import "$work/image.tar" >>"$logs/images" 2>&1 \
            || die "an image cannot be imported" images
    done
    rm "$work/image.tar"
}

# The name of an image in the manifests, as containerd has it.
image_name() { sed -n "s/^ *image: *//p" "$manifests"/*.yaml | grep "$1" | sort -u; }

# Programs of this machine take the places of images that a cluster would pull.
import_images() {
    local library applet directory=$work/image
    mkdir -p "$directory"/{bin,www,tmp,proc,etc}
    cp "$cache/root/bin/busybox" "$directory/bin/"
    for applet in $(busybox --list); do [ -e "$directory/bin/$applet" ] || ln -s busybox "$directory/bin/$applet"; done
    echo hello >"$directory/www/index.html"
    # It also holds the namespaces of pods, for which it must end when it is asked to.
    import "$directory" \
        '{"Entrypoint": ["/bin/sh", "-c", "trap exit TERM; while :; do sleep 1000 & wait; done"], "Env": ["PATH=/bin"]}' \
        localhost/busybox:1
    import "$directory" '{"Entrypoint": ["/bin/httpd", "-f", "-p", "8080", "-h", "/www"], "Env": ["PATH=/bin"]}' "$(image_name nginx)"
    rm -r "$directory"

    mkdir -p "$directory/bin"
    cp "$OTELCOL" "$directory/bin/otelcol"
    import "$directory" '{"Entrypoint": ["/bin/otelcol"], "Env": ["PATH=/bin"]}' "$(image_name collector)"
    rm -r "$directory"

    if [ -n "${TCPLENS_IMAGE:-}" ]; then
        ctr --namespace k8s.io images import "$TCPLENS_IMAGE" >>"$logs/images" 2>&1 || die "no image in $TCPLENS_IMAGE" images
        ctr --namespace k8s.io images ls -q | grep -qxF "$(image_name /tcplens)" \
            || die "$TCPLENS_IMAGE does not have $(image_name /tcplens)" images
        return
    fi
    mkdir -p "$directory/usr/bin"
    cp "$TCPLENS" "$directory/usr/bin/tcplens"
    for library in $(ldd "$TCPLENS" | grep -o '/[^ ]*'); do
        mkdir -p "$directory$(dirname "$library")"
        cp "$library" "$directory$library"
    done
    import "$directory" '{"Entrypoint": ["/usr/bin/tcplens"], "Env": ["PATH=/usr/bin"]}' "$(image_name /tcplens)"
    rm -r "$directory"
}

# The Collector's telemetry ends here. It runs on the node, outside of all pods.
start_receiver() {
    : >"$work/received"
    "$here/receiver.py" $node_address:4319 "$work/received" >"$logs/receiver" 2>&1 &
}

# What users apply, with changes to it. kubectl writes a list of several objects, or one object.
# changed FILE FILTER
changed() {
    kubectl create --dry-run=client -o json -f "$manifests/$1" \
        | jq -L "$here" "include \"manifest\"; if .kind == \"List\" then .items[] else . end | $2"
}

# deploy FILE FILTER
deploy() {
    changed "$1" "$2" >"$work/changed.json" && quiet kubectl apply -f "$work/changed.json" || die "$1 cannot be applied" kubectl
}

start_collector() {
    quiet kubectl create namespace tcplens
    deploy collector.yaml "sends_to(\"http://$node_address:4319\")"
    becomes_available tcplens deployment/tcplens-collector || die "the Collector does not start" kubelet
}

# quiet COMMAND...: what it prints is in a log.
quiet() { "$@" >>"$logs/kubectl" 2>&1; }

becomes_available() { quiet kubectl --namespace "$1" rollout status "$2" --timeout 90s; }

# pod_of COMPONENT: the name of the pod of the chart's Deployment or DaemonSet that is not ending.
pod_of() {
    kubectl --namespace tcplens get pod --selector "app.kubernetes.io/component=$1" -o json \
        | jq -r '.items[] | select(.metadata.deletionTimestamp == null).metadata.name'
}

# The pods of the tests: servers, and one that connects to them.
start_shop() {
    quiet kubectl apply -f "$here/shop.yaml"
    quiet kubectl --namespace shop wait --for condition=Ready pod --all --timeout 90s || die "the pods of the test do not start" kubelet
    becomes_available shop deployment/replicas || die "the pods of the test do not start" kubelet
}
