/// The series of a cumulative metric that is read repeatedly from counters, such as those in a BPF map.
///
/// Up to the limit every key has its own series; all others are counted in one overflow series. Each measurement is in
/// exactly one series, and no series ever decreases:
///
/// - What was counted in the overflow series for a key stays there when the key is gone or gets its own series, which
///   then begins at zero.
/// - A key that comes back, or whose counter was reset, gets a new series with a new start.
package struct CumulativeSeries<Key: Hashable & Sendable, Value: Accumulating>: Sendable {
    /// One series.
    package struct Series: Equatable, Sendable {
        /// The key of the series; `nil` for the overflow series, whose attributes are ``Attributes/overflow``.
        package var key: Key?
        /// When counting began.
        package var start: Timestamp
        /// The count since then.
        package var value: Value

        /// Creates a series.
        package init(key: Key?, start: Timestamp, value: Value) {
            self.key = key
            self.start = start
            self.value = value
        }
    }

    /// A counter and the series that it counts in.
    fileprivate struct Counter: Sendable {
        /// The last reading.
        var reading: Value
        /// When the key's own series began; `nil` while the key is counted in the overflow series.
        var start: Timestamp?
        /// The value of the key's own series; `nil` if it is ``reading``.
        var ownValue: Value?
    }

    /// The overflow series.
    fileprivate struct Overflow: Sendable {
        /// When it began.
        var start: Timestamp
        /// The count since then.
        var value: Value
    }

    private var limit: CardinalityLimit<Key>
    private var counters: [Key: Counter] = [:]
    private var overflow: Overflow?
    private var kernelOverflow = Value.zero
    private var previousTime: Timestamp

    /// Creates an empty set of series.
    ///
    /// - Parameters:
    ///   - limit: The greatest number of keys that have their own series.
    ///   - start: When the counters were created.
    package init(limit: Int = CardinalityLimit<Key>.standard, start: Timestamp) {
        self.limit = CardinalityLimit(limit)
        previousTime = start
    }

    /// Adds a reading of all counters.
    ///
    /// A key that is not among them is gone. A counter that has decreased was reset since the previous reading.
    ///
    /// - Parameters:
    ///   - readings: Each key with the value of its counter.
    ///   - overflow: The kernel's count for keys that did not fit into its map.
    ///   - time: When the counters were read; not earlier than the previous time. New series start at the previous
    ///     time.
    package mutating func observe(
        _ readings: some Collection<(key: Key, value: Value)>,
        overflow: Value = .zero,
        at time: Timestamp
    ) {
        for key in limit.update(readings.lazy.map { $0.key }) {
            counters[key] = nil
        }
        for (key, reading) in readings {
            observe(reading, of: key)
        }
        addToOverflow(overflow.increase(since: kernelOverflow) ?? overflow)
        kernelOverflow = overflow
        previousTime = time
    }

    /// Ends the series of a key whose counter is gone after this last reading.
    ///
    /// Only necessary if the same key may get a new counter before the next reading, because that counter need not be
    /// smaller.
    package mutating func expire(_ key: Key) {
        limit.remove(key)
        counters[key] = nil
    }

    /// All series in the order in which they were first observed, and the overflow series last, if there is one.
    package var series: [Series] {
        var series = limit.keptKeys.compactMap { key -> Series? in
            guard let counter = counters[key], let start = counter.start else { return nil }
            return Series(key: key, start: start, value: counter.ownValue ?? counter.reading)
        }
        if let overflow {
            series.append(Series(key: nil, start: overflow.start, value: overflow.value))
        }
        return series
    }

    private mutating func observe(_ reading: Value, of key: Key) {
        let isKept = limit.keeps(key)
        guard var counter = counters[key], let increase = reading.increase(since: counter.reading) else {
            counters[key] = Counter(reading: reading, start: isKept ? previousTime : nil)
            if !isKept { addToOverflow(reading) }
            return
        }
        // Do not store the reading itself: a sum that wraps in the kernel continues here.
        counter.reading.add(increase)
        if !isKept {
            addToOverflow(increase)
        } else if counter.start == nil {
            counter.start = previousTime
            counter.ownValue = increase
        } else {
            counter.ownValue?.add(increase)
        }
        counters[key] = counter
    }

    private mutating func addToOverflow(_ value: Value) {
        guard value != .zero else { return }
        overflow = overflow ?? Overflow(start: previousTime, value: .zero)
        overflow?.value.add(value)
    }
}

// So that an agent can go on where another one ended.
extension CumulativeSeries: Codable where Key: Codable, Value: Codable {}
extension CumulativeSeries.Counter: Codable where Key: Codable, Value: Codable {}
extension CumulativeSeries.Overflow: Codable where Key: Codable, Value: Codable {}
