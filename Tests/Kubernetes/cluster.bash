# Starts the control plane and the kubelet.
# shellcheck shell=bash disable=SC2154

export KUBECONFIG=$work/admin.kubeconfig

# client NAME GROUP: a user of the API, known by a token.
client() {
    echo "$1-token,$2,$1,\"$3\"" >>"$work/tokens.csv"
    cat >"$work/$1.kubeconfig" <<-YAML
		apiVersion: v1
		kind: Config
		clusters: [{name: node, cluster: {server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true}}]
		users: [{name: user, user: {token: $1-token}}]
		contexts: [{name: node, context: {cluster: node, user: user}}]
		current-context: node
	YAML
}

start_control_plane() {
    client admin admin system:masters
    client controllers system:kube-controller-manager ""
    client scheduler system:kube-scheduler ""
    client kubelet system:node:node1 system:nodes
    openssl genrsa -out "$work/accounts.key" 2048 2>/dev/null
    etcd --data-dir /var/lib/etcd --listen-peer-urls http://127.0.0.1:2380 >"$logs/etcd" 2>&1 &
    kube-apiserver --etcd-servers=http://127.0.0.1:2379 --bind-address=127.0.0.1 --advertise-address=$node_address \
        --secure-port=6443 --cert-dir="$work/apiserver" --token-auth-file="$work/tokens.csv" \
        --service-account-issuer=https://kubernetes.default --service-account-key-file="$work/accounts.key" \
        --service-account-signing-key-file="$work/accounts.key" --service-cluster-ip-range=10.96.0.0/16 \
        --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
        --kubelet-preferred-address-types=InternalIP >"$logs/apiserver" 2>&1 &
    eventually 180 kubectl get --raw /readyz || die "the API server does not start" apiserver
    kube-controller-manager --kubeconfig="$work/controllers.kubeconfig" --bind-address=127.0.0.1 --port=0 \
        --service-account-private-key-file="$work/accounts.key" --use-service-account-credentials \
        --cert-dir="$work/controllers" --leader-elect=false >"$logs/controllers" 2>&1 &
    kube-scheduler --kubeconfig="$work/scheduler.kubeconfig" --bind-address=127.0.0.1 --port=0 \
        --cert-dir="$work/scheduler" --leader-elect=false >"$logs/scheduler" 2>&1 &
}

start_kubelet() {
    cat >"$work/kubelet.yaml" <<-YAML
		apiVersion: kubelet.config.k8s.io/v1beta1
		kind: KubeletConfiguration
		cgroupDriver: cgroupfs
		cgroupRoot: $cgroup
		failSwapOn: false
		makeIPTablesUtilChains: false
		protectKernelDefaults: true
		address: $node_address
		authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
		authorization: {mode: AlwaysAllow}
		oomScoreAdj: 0
		enforceNodeAllocatable: [pods]
		resolvConf: $work/resolv.conf
		clusterDNS: [$node_address]
		clusterDomain: cluster.local
		syncFrequency: 2s
		evictionHard: {memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1%}
	YAML
    kubelet --config="$work/kubelet.yaml" --kubeconfig="$work/kubelet.kubeconfig" --container-runtime=remote \
        --container-runtime-endpoint=unix:///run/containerd/containerd.sock --node-ip=$node_address \
        --hostname-override=node1 --cert-dir="$work/kubelet" --network-plugin=cni --cni-conf-dir=/run/cni \
        --cni-bin-dir="$cache/root/usr/lib/cni" --volume-plugin-dir=/run/volume-plugins \
        --v=2 >"$logs/kubelet" 2>&1 &
    kubelet=$!
    eventually 120 is_node_ready || die "the kubelet does not register a ready node" kubelet
}

start_services() {
    "$here/services.py" https://127.0.0.1:6443 admin-token $node_address >"$logs/services" 2>&1 &
}

is_node_ready() {
    [ "$(kubectl get node node1 -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}
