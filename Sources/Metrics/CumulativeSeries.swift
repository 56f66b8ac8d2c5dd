/// The series of a cumulative metric whose counters are read again and again, as those in a map of the kernel.
///
/// Up to the limit every key has a series of its own; the others are counted in one overflow series. Each measurement
/// is in exactly one of them, and none of them falls:
///
/// - What a key counted in the overflow series stays there when the key is gone or gets a place of its own; the new
///   series then begins at zero.
/// - A key that was gone, or whose counter began anew, gets a new series with a new start.
package struct CumulativeSeries<Key: Hashable & Sendable, Value: Accumulating>: Sendable {
    /// One series.
    package struct Series: Equatable, Sendable {
        /// What the series is about; `nil` for the overflow series, which has ``Attributes/overflow``.
        package var key: Key?
        /// When counting began.
        package var start: Timestamp
        /// What has been counted since.
        package var value: Value

        /// Creates a series.
        package init(key: Key?, start: Timestamp, value: Value) {
            self.key = key
            self.start = start
            self.value = value
        }
    }

    /// A counter and the series that it counts in.
    private struct Counter {
        /// The last reading.
        var reading: Value
        /// When the key's own series began; `nil` while it counts in the overflow series.
        var start: Timestamp?
        /// What the key's own series has; `nil` when it is all of ``reading``.
        var ownValue: Value?
    }

    private var limit: CardinalityLimit<Key>
    private var counters: [Key: Counter] = [:]
    private var overflow: (start: Timestamp, value: Value)?
    private var kernelOverflow = Value.zero
    private var previousTime: Timestamp

    /// Creates series of nothing yet.
    ///
    /// - Parameters:
    ///   - limit: The most keys that have a series of their own.
    ///   - start: When the counters were made.
    package init(limit: Int = CardinalityLimit<Key>.standard, start: Timestamp) {
        self.limit = CardinalityLimit(limit)
        previousTime = start
    }

    /// Takes in a reading of all counters.
    ///
    /// A key that is not among them is gone. A counter that is smaller than it was is another one, begun since.
    ///
    /// - Parameters:
    ///   - readings: Each key with all that its counter has counted.
    ///   - overflow: What the kernel has counted for keys that its map had no room for.
    ///   - time: When the counters were read, no earlier than the time before. New series start at the time before.
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

    /// Ends the series of a key whose counter was read for the last time and is gone.
    ///
    /// Needed only where the same key may have a new counter before the next reading: that one need not be smaller.
    package mutating func expire(_ key: Key) {
        limit.remove(key)
        counters[key] = nil
    }

    /// All series, in the order in which they were first observed; the overflow series last and only if there was one.
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
        // Not the reading itself: a sum that wraps in the kernel goes on in here.
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
        overflow = overflow ?? (previousTime, .zero)
        overflow?.value.add(value)
    }
}
