/// The series of a non-monotonic sum that is counted anew each time, as the connections that there are now.
///
/// Up to the limit every key has a series of its own; the others are summed up in one overflow series. Each measurement
/// is in exactly one of them.
package struct StockSeries<Key: Hashable & Sendable>: Sendable {
    /// One series.
    package struct Series: Hashable, Sendable {
        /// What the series is about; `nil` for the overflow series, which has ``Attributes/overflow``.
        package var key: Key?
        /// How many there are.
        package var value: UInt64

        /// Creates a series.
        @inlinable package init(key: Key?, value: UInt64) {
            self.key = key
            self.value = value
        }
    }

    @usableFromInline var limit: CardinalityLimit<Key>

    /// Creates series of nothing yet.
    ///
    /// - Parameter limit: The most keys that have a series of their own.
    @inlinable package init(limit: Int = CardinalityLimit<Key>.standard) {
        self.limit = CardinalityLimit(limit)
    }

    /// Takes in a count of everything.
    ///
    /// - Parameters:
    ///   - counts: Each key with how many it has; a key that is not among them is gone.
    ///   - overflow: How many have a key that the kernel's map had no room for.
    /// - Returns: All series, the overflow series last and only if there is an overflow.
    @inlinable package mutating func observe(
        _ counts: some Collection<(key: Key, value: UInt64)>,
        overflow: UInt64 = 0
    ) -> [Series] {
        _ = limit.update(counts.lazy.map { $0.key })
        var series: [Series] = []
        var rest: UInt64? = overflow > 0 ? overflow : nil
        for (key, value) in counts {
            if limit.keeps(key) {
                series.append(Series(key: key, value: value))
            } else {
                rest = rest ?? 0
                rest?.add(value)
            }
        }
        if let rest {
            series.append(Series(key: nil, value: rest))
        }
        return series
    }
}
