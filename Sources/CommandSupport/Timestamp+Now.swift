import FoundationEssentials
package import Metrics

extension Timestamp {
    /// The present time by the wall clock, with a resolution of a microsecond.
    package static var now: Timestamp {
        let microseconds = (Date().timeIntervalSince1970 * 1e6).rounded()
        // A clock before 1970 has not been set.
        return Timestamp(unixNanoseconds: (UInt64(exactly: microseconds) ?? 0) * 1_000)
    }
}
