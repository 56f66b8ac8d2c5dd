/// Decides which keys of a metric have their own series: those that were observed first, up to the limit.
///
/// All others share the overflow series, which does not count against the limit: the limit is on distinct attribute
/// sets without that one, so nothing overflows up to the limit (OpenTelemetry specification, `metrics/sdk.md`,
/// "Cardinality limits").
///
/// It only remembers keys that exist now, so keys that come and go do not make it grow.
package struct CardinalityLimit<Key: Hashable & Sendable>: Sendable {
    /// The default of the specification.
    @inlinable package static var standard: Int { 2000 }

    // Everything is inlinable so that it is specialized for the caller's keys. Without that, a collection with
    // thousands of rows spends most of its time on generic witness tables.

    /// The state of a key.
    @usableFromInline struct Place: Sendable {
        /// The number of keys that were observed before it.
        @usableFromInline var rank: UInt64
        /// The last update that contained it.
        @usableFromInline var update: UInt64
        /// Whether it has its own series.
        @usableFromInline var isKept = false

        @inlinable init(rank: UInt64, update: UInt64) {
            self.rank = rank
            self.update = update
        }
    }

    @usableFromInline let limit: Int
    @usableFromInline var places: [Key: Place] = [:]
    @usableFromInline var keptCount = 0
    @usableFromInline var nextRank: UInt64 = 0
    @usableFromInline var updates: UInt64 = 0

    /// Creates a limit on the number of keys that have their own series.
    @inlinable package init(_ limit: Int = Self.standard) {
        self.limit = max(limit, 0)
    }

    /// Whether `key` has its own series.
    @inlinable package func keeps(_ key: Key) -> Bool {
        places[key]?.isKept == true
    }

    /// The keys that have their own series, in the order in which they were first observed.
    @inlinable package var keptKeys: [Key] {
        places.filter(\.value.isKept).sorted { $0.value.rank < $1.value.rank }.map(\.key)
    }

    /// Updates the set of keys that exist now; new keys are ranked in the order given.
    ///
    /// Keys that are gone free their places. The places go to the keys that have waited longest, then to new ones. A
    /// key keeps its place until it is gone.
    ///
    /// - Returns: The keys that are gone.
    @inlinable package mutating func update(_ keys: some Sequence<Key>) -> [Key] {
        updates &+= 1
        var count = 0
        for key in keys {
            if let index = places.index(forKey: key) {
                guard places.values[index].update != updates else { continue }
                places.values[index].update = updates
            } else {
                places[key] = Place(rank: nextRank, update: updates)
                nextRank &+= 1
            }
            count += 1
        }
        var gone: [Key] = []
        // Usually no key is gone.
        if count < places.count {
            gone = places.filter { $0.value.update != updates }.map(\.key)
            for key in gone { remove(key) }
        }
        fill()
        return gone
    }

    /// Forgets a key.
    ///
    /// If it is observed again, it counts as new.
    @inlinable package mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        keptCount -= place.isKept ? 1 : 0
    }

    /// Gives the free places to the keys that have waited longest.
    @inlinable mutating func fill() {
        let free = limit - keptCount
        guard free > 0, places.count > keptCount else { return }
        let waiting = places.values.lazy.filter { !$0.isKept }.map(\.rank)
        // Ranks are distinct, so this is the rank of the last key that gets a place.
        let last = places.count - keptCount <= free ? nextRank : waiting.sorted()[free - 1]
        for index in places.indices where places.values[index].rank <= last && !places.values[index].isKept {
            places.values[index].isKept = true
            keptCount += 1
        }
    }
}

extension Attributes {
    /// The attributes of the overflow series.
    package static let overflow: Attributes = ["otel.metric.overflow": true]
}

extension CardinalityLimit: Codable where Key: Codable {}
extension CardinalityLimit.Place: Codable {}
