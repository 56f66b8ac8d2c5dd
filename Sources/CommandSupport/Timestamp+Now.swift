import FoundationEssentials
package import Metrics

extension Timestamp {
    /// This moment by the wall clock, exact to a microsecond.
    package static var now: Timestamp {
        let microseconds = (Date().timeIntervalSince1970 * 1e6).rounded()
        // A clock before 1970 is an unset one.
        return Timestamp(unixNanoseconds: (UInt64(exactly: microseconds) ?? 0) * 1_000)
    }
}
