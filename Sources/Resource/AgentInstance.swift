internal import Metrics

/// Distinguishes the agents of a network namespace.
///
/// Receivers take counters of two processes with the same identity for one counter that jumps back and forth, so each
/// process has its own identity.
package enum AgentInstance: Hashable, Sendable {
    /// An agent that keeps running; the number is 0, or greater for further ones beside it.
    case running(number: Int)
    /// An agent that exports once and exits; further ones at the same time have other numbers.
    case single(number: Int)

    /// The `service.instance.id`: a UUID of version 5, made from everything that distinguishes this agent.
    ///
    /// It stays the same after a restart. A machine id alone is not enough: clones of a machine share it, and so do the
    /// pods of a node and the network namespaces of a machine.
    ///
    /// - Parameters:
    ///   - machine: The source of the facts.
    ///   - attributes: The attributes of the resource, including those that the user has set for the host.
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
            // Nothing distinguishes the machine from others. A new instance at each boot is better than one instance
            // for many machines.
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

    /// Whether the name of a host distinguishes it from others.
    private static func isTelling(_ name: String?) -> Bool {
        guard let name = name?.lowercased() else { return false }
        return !name.isEmpty && name != "localhost" && !name.hasPrefix("localhost.")
    }
}

extension Machine {
    /// The host's name; nil if it has none.
    var hostName: String? {
        line(of: "/proc/sys/kernel/hostname").flatMap { $0 == "(none)" ? nil : $0 }
    }

    /// The network namespace, such as `net:[4026532567]`, or nil for the machine's first one.
    ///
    /// The number of the first namespace changes with the kernel, but the identity must survive an upgrade. The kernel
    /// creates `tcp_mem` only in the first namespace.
    fileprivate var networkNamespace: String? {
        read("/proc/sys/net/ipv4/tcp_mem") == nil ? link("/proc/self/ns/net") : nil
    }
}
