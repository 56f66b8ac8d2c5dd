/// A value that only grows: a count, or a distribution.
package protocol Accumulating: Equatable, Sendable {
    /// The value before anything was counted.
    static var zero: Self { get }

    /// Adds what another counter has counted.
    mutating func add(_ other: Self)

    /// The increase since an earlier reading of the same counter, or `nil` if this reading is not a later one.
    func increase(since earlier: Self) -> Self?
}

extension UInt64: Accumulating {
    /// Adds the count of another counter; stops at the greatest value.
    @inlinable package mutating func add(_ other: UInt64) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }

    /// The increase since an earlier reading, or `nil` if this one is smaller.
    package func increase(since earlier: UInt64) -> UInt64? {
        self < earlier ? nil : self &- earlier
    }
}
