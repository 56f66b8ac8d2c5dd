internal import Metrics

/// Which of the agents of a network namespace one is.
///
/// Counters of two processes under one identity are taken for one counter that falls and rises, so each has its own.
package enum AgentInstance: Hashable, Sendable {
    /// The one that runs on and on; the number is 0 but for further ones beside it.
    case running(number: Int)
    /// One that exports once and ends; further ones at the same time have other numbers.
    case single(number: Int)

    /// The `service.instance.id`: a UUID of version 5 of what makes this agent one.
    ///
    /// It outlives a restart. A machine id alone would not do: clones of a machine share it, pods of a node do, and the
    /// network namespaces of a machine.
    ///
    /// - Parameters:
    ///   - machine: Where the facts are.
    ///   - attributes: The resource, with what the user says of the host.
    /// - Returns: The UUID.
    func identifier(on machine: Machine, _ attributes: Attributes) -> String {
        let (id, name, pod) = (attributes["host.id"], attributes["host.name"], attributes["k8s.pod.uid"])
        var parts: [(String, String?)] = [
            ("machine", id?.description),
            ("host", name?.description),
            ("network", machine.networkNamespace),
            ("pod", pod?.description),
        ]
        if id == nil, pod == nil, !Self.isTelling(name?.description) {
            // Nothing tells the machine from others: better another instance at each boot than one for many machines.
            parts.append(("boot", machine.line(of: "/proc/sys/kernel/random/boot_id")))
        }
        switch self {
        case .running(0): break
        case .running(let number): parts.append(("agent", String(number)))
        case .single(let number): parts.append(("once", String(number)))
        }
        return InstanceID.make(
            of: parts.compactMap { key, value in value.map { "\(key)=\($0)" } }.joined(separator: "\n")
        )
    }

    /// Whether a host has a name that is not that of every host.
    private static func isTelling(_ name: String?) -> Bool {
        guard let name = name?.lowercased() else { return false }
        return !name.isEmpty && name != "localhost" && !name.hasPrefix("localhost.")
    }
}

extension Machine {
    /// The host's name, unless it has none.
    var hostName: String? {
        line(of: "/proc/sys/kernel/hostname").flatMap { $0 == "(none)" ? nil : $0 }
    }

    /// The network namespace, as `net:[4026532567]`, or nil for the machine's first one.
    ///
    /// The number of the first one is another with each kernel, and the identity is to outlive an upgrade. The kernel
    /// makes `tcp_mem` in the first one only.
    fileprivate var networkNamespace: String? {
        read("/proc/sys/net/ipv4/tcp_mem") == nil ? link("/proc/self/ns/net") : nil
    }
}
