internal import BPF

/// What keeps the sockets of this kernel from being divided by workloads.
enum AttributionLimits {
    /// Why all sockets count for the host; nil if they do not.
    ///
    /// Older kernels keep the cgroup of a socket in a form that programs can't follow (`struct sock_cgroup_data`).
    ///
    /// - Parameter follows: Whether connections are followed.
    /// - Returns: The limitation.
    /// - Throws: ``BPFError`` when there is no BTF.
    static func limitation(follows: Bool) throws(BPFError) -> Limitation? {
        let lost = "no workload is distinguished, and all sockets count for the host"
        guard follows else { return .noAtomics(lost) }
        guard try KernelBTF.has(member: "cgroup", of: "sock_cgroup_data") else {
            return Limitation(.version, "this kernel does not show programs the cgroup of a socket: \(lost)")
        }
        return nil
    }
}
