internal import BPF
internal import System

/// Which connections are observed.
package enum ObservationScope: String, CaseIterable, Sendable {
    /// Those of the network namespace of this process: a host's, or a pod's.
    case own = "self"
    /// Those of all network namespaces of the machine.
    case node

    /// The inode number of the one namespace to observe; 0 for all.
    func namespace() throws(BPFError) -> UInt32 {
        switch self {
        case .node:
            return 0
        case .own:
            do throws(SystemError) {
                return try NetworkNamespace.current()
            } catch {
                throw BPFError(operation: error.operation, code: error.code)
            }
        }
    }
}
