package import Probes
internal import Readings
internal import Workloads

/// Finds the names of what a snapshot shows, again and again.
package struct SnapshotNames {
    private let scope: ObservationScope
    /// Paths of cgroups, if only those are shown; reading them takes time.
    private var containers: Containers?
    /// What cgroups belong to, if that is shown.
    private var directory: WorkloadDirectory?
    /// The cgroups of the last snapshot.
    private var last: Set<UInt64> = []

    /// Creates names for snapshots of `scope`.
    package init(_ scope: ObservationScope) {
        self.scope = scope
    }

    /// Names what `snapshot` shows, and puts the cgroups of each workload together if all namespaces are observed.
    ///
    /// - Parameters:
    ///   - snapshot: What is shown.
    ///   - namespaces: Whether network namespaces are named, too; that looks at each process.
    package mutating func name(_ snapshot: inout Snapshot, namespaces: Bool) {
        let cgroups = snapshot.cgroups
        if !cgroups.isEmpty {
            switch scope {
            case .own: namePaths(cgroups, of: &snapshot)
            case .node: nameWorkloads(cgroups, of: &snapshot)
            }
        }
        let numbers = namespaces ? snapshot.namespaceNumbers : []
        guard !numbers.isEmpty else { return }
        let directory = directory ?? WorkloadDirectory()
        self.directory = directory
        snapshot.namespaces = NamespaceNames().names(of: numbers) { directory.name(of: $0) }
    }

    private mutating func namePaths(_ cgroups: Set<UInt64>, of snapshot: inout Snapshot) {
        var containers = containers ?? Containers()
        for cgroup in cgroups { snapshot.containers[cgroup] = containers.path(of: cgroup) }
        self.containers = containers
    }

    private mutating func nameWorkloads(_ cgroups: Set<UInt64>, of snapshot: inout Snapshot) {
        var directory = directory ?? WorkloadDirectory()
        var identities: [UInt64: WorkloadIdentity] = [:]
        for cgroup in cgroups {
            let identity = directory.identity(of: cgroup)
            // A cgroup that is not known is not the host's for sure.
            guard identity != .host || cgroup == Self.root else { continue }
            identities[cgroup] = identity
            snapshot.containers[cgroup] = cgroup == Self.root ? "/" : directory.path(of: cgroup)
            snapshot.workloads[cgroup] = directory.name(of: identity)
        }
        // Otherwise memory would grow with the containers that come and go.
        for cgroup in last.subtracting(cgroups) { directory.forget(cgroup) }
        last = cgroups
        self.directory = directory
        snapshot.merge(identities)
    }

    /// The id of the root cgroup.
    private static let root: UInt64 = 1
}

extension Snapshot {
    /// Adds up the connections of cgroups that are the same workload, under its topmost cgroup.
    mutating func merge(_ identities: [UInt64: WorkloadIdentity]) {
        var groups = groups[.container]
        guard !groups.isEmpty else { return }
        func order(_ cgroup: UInt64) -> (Int, UInt64) { (containers[cgroup]?.utf8.count ?? .max, cgroup) }
        for cgroups in Dictionary(grouping: identities, by: \.value).values where cgroups.count > 1 {
            let members = cgroups.map(\.key).filter { groups[.value($0)] != nil }.sorted { order($0) < order($1) }
            guard let top = members.first else { continue }
            for member in members.dropFirst() {
                guard let counts = groups.removeValue(forKey: .value(member)) else { continue }
                groups[.value(top), default: ConnectionCounts()].add(counts)
            }
        }
        self.groups.groups[.container] = groups
    }

    /// The inode numbers of the namespaces that have connections or listeners.
    var namespaceNumbers: Set<UInt32> {
        let ofGroups = groups[.namespace].keys.compactMap { group in
            if case .value(let number) = group { UInt32(exactly: number) } else { nil as UInt32? }
        }
        return Set(ofGroups + groups.listeners.map(\.namespace)).subtracting([0])
    }
}
