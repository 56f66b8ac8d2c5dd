/// A value that only grows: a count, or a distribution.
package protocol Accumulating: Equatable, Sendable {
    /// The value before anything was counted.
    static var zero: Self { get }

    /// Adds what another counter has counted.
    mutating func add(_ other: Self)

    /// What has been counted since an earlier reading of the same counter, or `nil` when this is no later reading.
    func increase(since earlier: Self) -> Self?
}

extension UInt64: Accumulating {
    /// Adds what another counter has counted, up to the greatest value.
    @inlinable package mutating func add(_ other: UInt64) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }

    /// What has been counted since an earlier reading, or `nil` when this one is smaller.
    package func increase(since earlier: UInt64) -> UInt64? {
        self < earlier ? nil : self &- earlier
    }
}
