internal import Metrics

/// The names of workloads for people.
extension WorkloadDirectory {
    /// The name of a workload in a column of a table, with what is known of its pod.
    ///
    /// What tells workloads apart is at the end, because long names are cut at the start.
    package func name(of workload: WorkloadIdentity) -> String {
        workload.name(attributes(of: workload))
    }

    /// The name of the workload of a cgroup; `nil` if the cgroup is not known.
    package mutating func name(ofCgroup cgroup: UInt64) -> String? {
        let identity = identity(of: cgroup)
        return identity == .host ? nil : name(of: identity)
    }
}

extension WorkloadIdentity {
    /// The first digits of a container's id, as many as container tools show.
    private static let shownDigits = 12

    /// The name, with those of Kubernetes in `attributes`.
    func name(_ attributes: Attributes) -> String {
        let names = ["k8s.namespace.name", "k8s.pod.name", "k8s.container.name"]
            .compactMap { attributes[$0]?.description }.joined(separator: "/")
        switch self {
        case .host: return "host"
        case .container(let container):
            let id = container.id.prefix(Self.shownDigits)
            return names.isEmpty ? "\(container.runtime?.rawValue ?? "container") \(id)" : "\(id) \(names)"
        case .pod(let pod, _): return "pod \(names.isEmpty ? pod.uid : names)"
        case .unit(let unit): return unit.user.map { "user \($0) \(unit.name)" } ?? unit.name
        case .path(let path): return path
        }
    }
}
