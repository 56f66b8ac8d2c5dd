internal import BPF
internal import System

/// Which connections are observed.
package enum ObservationScope: String, CaseIterable, Sendable {
    /// Those of the network namespace of this process: a host's, or a pod's.
    case own = "self"

    /// The inode number of the one namespace to observe.
    func namespace() throws(BPFError) -> UInt32 {
        switch self {
        case .own:
            do throws(SystemError) {
                return try NetworkNamespace.current()
            } catch {
                throw BPFError(operation: error.operation, code: error.code)
            }
        }
    }
}
