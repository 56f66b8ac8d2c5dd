/// The series of a non-monotonic sum that is counted from scratch at each collection, such as the number of open
/// connections.
///
/// Up to the limit every key has its own series; all others are added up in one overflow series. Each measurement is in
/// exactly one series.
package struct StockSeries<Key: Hashable & Sendable>: Sendable {
    /// One series.
    package struct Series: Hashable, Sendable {
        /// The key of the series; `nil` for the overflow series, whose attributes are ``Attributes/overflow``.
        package var key: Key?
        /// The count.
        package var value: UInt64

        /// Creates a series.
        @inlinable package init(key: Key?, value: UInt64) {
            self.key = key
            self.value = value
        }
    }

    @usableFromInline var limit: CardinalityLimit<Key>

    /// Creates an empty set of series.
    ///
    /// - Parameter limit: The greatest number of keys that have their own series.
    @inlinable package init(limit: Int = CardinalityLimit<Key>.standard) {
        self.limit = CardinalityLimit(limit)
    }

    /// Adds a complete count.
    ///
    /// - Parameters:
    ///   - counts: Each key with its count; a key that is not among them is gone.
    ///   - overflow: The kernel's count for keys that did not fit into its map.
    /// - Returns: All series, and the overflow series last if there is one.
    @inlinable package mutating func observe(
        _ counts: some Collection<(key: Key, value: UInt64)>,
        overflow: UInt64 = 0
    ) -> [Series] {
        _ = limit.update(counts.lazy.map { $0.key })
        var series: [Series] = []
        var overflowing: UInt64? = overflow > 0 ? overflow : nil
        for (key, value) in counts {
            if limit.keeps(key) {
                series.append(Series(key: key, value: value))
            } else {
                overflowing = overflowing ?? 0
                overflowing?.add(value)
            }
        }
        if let overflowing {
            series.append(Series(key: nil, value: overflowing))
        }
        return series
    }
}

extension StockSeries: Codable where Key: Codable {}
