package import Metrics
internal import System

/// The attributes of a workload's resource.
///
/// Looked up in the semantic conventions 1.44: the registries `container`, `k8s`, `process`, `linux` and `service`.
/// There is no registry for systemd. The Collector's receiver for systemd has `systemd.unit.name`, and its receiver
/// for clusters `k8s.pod.qos_class`; neither is a convention, so both have the prefix `tcplens.` here.
///
/// - `container.runtime` has been replaced by `container.runtime.name`.
/// - `container.name` is the runtime's own name, which no path contains.
/// - `k8s.pod.uid` of a static pod is what the kubelet has, a hash of its manifest. The API server has another one for
///   the mirror pod, with that hash in the annotation `kubernetes.io/config.hash`. The conventions do not say which one
///   is meant, and `k8sattributes` looks for that of the API server only (opentelemetry-collector-contrib, issue
///   41844). The hash is kept because it is what the logs of the pod have; `k8s.namespace.name` and `k8s.pod.name` are
///   the same on both sides, so a Collector can associate the pod by these.
/// - `process.linux.cgroup` has the form of a line of `/proc/PID/cgroup`. Only a workload that is one cgroup has it.
extension WorkloadIdentity {
    /// The attributes of the workload's resource that the host's has not.
    ///
    /// - Parameter names: What is known of the names in Kubernetes.
    /// - Returns: The attributes; empty for the host.
    package func attributes(_ names: KubernetesNames.Names? = nil) -> Attributes {
        var attributes: [Attribute] = []
        func add(_ key: String, _ value: String?) {
            if let value { attributes.append(Attribute(key, .string(value))) }
        }
        switch self {
        case .host: break
        case .container(let container):
            add("container.id", container.id)
            add("container.runtime.name", container.runtime?.rawValue)
            if container.isBelowOthers {
                // Those others may have invented its name, and the path differs from that of the container that has it.
                add("tcplens.cgroup.path", Self.text(container.path))
            }
        case .pod(_, let path):
            add("tcplens.cgroup.path", Self.text(path))
        case .unit(let unit):
            add("tcplens.systemd.unit.name", unit.name)
            if let user = unit.user { attributes.append(Attribute("tcplens.systemd.user.id", .int(Int64(user)))) }
        case .path(let path): add("process.linux.cgroup", "0::" + Self.text(path))
        }
        if let pod {
            add("k8s.pod.uid", pod.uid)
            add("tcplens.k8s.pod.qos_class", pod.qualityOfService?.rawValue)
            add("k8s.namespace.name", names?.namespace)
            add("k8s.pod.name", names?.pod)
            add("k8s.container.name", names?.container)
        }
        return Attributes(attributes)
    }

    /// A path without control characters, which the kernel allows in names of cgroups.
    private static func text(_ path: String) -> String {
        path.printable(limit: 4096)
    }
}

extension WorkloadIdentity.Container {
    /// Whether it is in a unit or in another container.
    fileprivate var isBelowOthers: Bool {
        path.segments.dropLast().contains { WorkloadIdentity.isUnitOrContainer($0) }
    }
}
