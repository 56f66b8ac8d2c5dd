# Makes the node's machine: directories, control groups, settings of the kernel, network. Nothing of it is seen outside
# of the node's namespaces.
# shellcheck shell=bash disable=SC2154

node_address=10.99.0.1

# Puts empty directories over those in which Kubernetes keeps its state, not all of which can be chosen.
hide_directories() {
    local directory
    mount --make-rprivate /
    for directory in /run /var/lib /var/log; do
        mount -t tmpfs -o mode=755 tmpfs "$directory"
    done
    # The kubelet shares mounts with its containers.
    mount --make-rshared /
}

# The kubelet wants these settings of the kernel. It reads them from files, so that the machine's stay as they are.
pretend_sysctls() {
    local setting
    for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
        kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
        echo "${setting#*=}" >"$work/${setting//\//.}"
        mount --bind "$work/${setting//\//.}" "/proc/sys/${setting%=*}"
    done
}

set_up_network() {
    hostname node1
    ip link set lo up
    ip link add node0 type bridge
    ip address add $node_address/24 dev node0
    ip link set node0 up
    # Services have addresses in this network, see services.py.
    ip route add 10.96.0.0/16 dev node0
    echo 1 >/proc/sys/net/ipv4/ip_forward
    # The machine's own may be a link into /run. No name is looked up here.
    echo "nameserver $node_address" >"$work/resolv.conf"
}

start_containerd() {
    mkdir -p /run/cni /run/containerd
    cat >/run/cni/10-bridge.conflist <<-CNI
		{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "cni0", "isGateway": true,
		"ipMasq": false, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.0.0/24"}]],
		"routes": [{"dst": "0.0.0.0/0"}]}}]}
	CNI
    # Lowering the OOM score needs a capability that root lacks in some virtual machines.
    cat >"$work/containerd.toml" <<-TOML
		version = 2
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "localhost/busybox:1"
		  restrict_oom_score_adj = true
		  [plugins."io.containerd.grpc.v1.cri".cni]
		    bin_dir = "$cache/root/usr/lib/cni"
		    conf_dir = "/run/cni"
	TOML
    containerd --config "$work/containerd.toml" >"$logs/containerd" 2>&1 &
    eventually 20 ctr version || die "containerd does not start" containerd
}

# die REASON LOG: ends the test with the last lines of a log.
die() {
    echo "node: $1; $logs/$2 ends with" >&2
    tail -n 20 "$logs/$2" | sed 's/^/    /' >&2
    exit 1
}
