internal import Resource
internal import System

/// What makes a workload the same one, also after the agent has restarted.
package enum WorkloadName: Hashable, Sendable {
    /// A container, by its id.
    case container(id: String)
    /// A pod, by its UID; for processes of a pod that are in no container.
    case pod(uid: String)
    /// A unit of systemd, such as `nginx.service`; with the user whose manager runs it, if it is not the system's.
    case unit(String, user: UInt32? = nil)
    /// Anything else, by the path of its cgroup.
    case path(String)
}

extension WorkloadName: CustomStringConvertible {
    /// The workload for people.
    package var description: String {
        switch self {
        case .container(let id): "container \(id.prefix(12).printable())"
        case .pod(let uid): "pod \(uid.printable())"
        case .unit(let name, nil): "unit \(name.printable())"
        case .unit(let name, let user?): "unit \(name.printable()) of user \(user)"
        case .path(let path): "cgroup \(path.printable())"
        }
    }
}

extension WorkloadName {
    /// The texts that distinguish it from all others of a host.
    ///
    /// None has a line break: the kernel allows none in the name of a cgroup.
    private var parts: [String] {
        switch self {
        case .container(let id): ["container", id]
        case .pod(let uid): ["pod", uid]
        case .unit(let name, let user): ["unit", name] + (user.map { [String($0)] } ?? [])
        case .path(let path): ["path", path]
        }
    }

    /// A `service.instance.id` of the workload: a UUID of version 5, which is always the same on a host.
    ///
    /// - Parameters:
    ///   - host: What distinguishes the host.
    ///   - number: 0, or greater for further ids of the same workload.
    /// - Returns: The UUID.
    package func instanceID(on host: [String], number: Int = 0) -> String {
        AgentResource.digest(of: ["workload"] + host + parts + (number == 0 ? [] : ["number=\(number)"]))
    }
}
