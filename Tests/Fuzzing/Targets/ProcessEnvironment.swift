import Metrics

@testable import ApplicationResources

extension FuzzTarget {
    /// The environment of another process.
    static let processEnvironment = FuzzTarget("process-environment") { bytes in
        for isCut in [false, true] {
            var refusals = RefusalCounts()
            try check(ProcessEnvironment.attributes(in: bytes[...], isCut: isCut, counting: &refusals))
        }
    }
}
