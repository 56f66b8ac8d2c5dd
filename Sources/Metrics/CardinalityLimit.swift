/// Which of a metric's keys have a series of their own: the first observed ones, as many as the limit allows.
///
/// The others share the overflow series, which comes on top: the limit is on distinct attribute sets without that one,
/// so that none overflows as long as there are no more than the limit (OpenTelemetry specification, `metrics/sdk.md`,
/// "Cardinality limits").
///
/// It knows the keys that exist now and no others, so that it takes no more memory when they come and go.
package struct CardinalityLimit<Key: Hashable & Sendable>: Sendable {
    /// The limit where none is set, by the specification.
    @inlinable package static var standard: Int { 2000 }

    // All of it is inlinable, so that it is compiled for the keys of those who use it: without that most of the time of
    // a collection with thousands of rows would go into finding out what a key is.

    /// What is known of a key.
    @usableFromInline struct Place: Sendable {
        /// How many keys were observed before it.
        @usableFromInline var rank: UInt64
        /// The last update that had it.
        @usableFromInline var update: UInt64
        /// Whether it has a series of its own.
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

    /// Creates a limit on the number of keys that have a series of their own.
    @inlinable package init(_ limit: Int = Self.standard) {
        self.limit = max(limit, 0)
    }

    /// Whether `key` has a series of its own.
    @inlinable package func keeps(_ key: Key) -> Bool {
        places[key]?.isKept == true
    }

    /// The keys that have a series of their own, in the order in which they were first observed.
    @inlinable package var keptKeys: [Key] {
        places.filter(\.value.isKept).sorted { $0.value.rank < $1.value.rank }.map(\.key)
    }

    /// Takes note of the keys that exist now, those observed first before the others.
    ///
    /// Keys that are gone free their places. These go to the keys that have waited longest, new ones last; a key that
    /// has its place keeps it until it is gone.
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
        // Mostly nothing is gone.
        if count < places.count {
            gone = places.filter { $0.value.update != updates }.map(\.key)
            for key in gone { remove(key) }
        }
        fill()
        return gone
    }

    /// Forgets a key, so that it counts as new when it is observed again.
    @inlinable package mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        keptCount -= place.isKept ? 1 : 0
    }

    /// Gives the free places to the keys that have waited longest.
    @inlinable mutating func fill() {
        let free = limit - keptCount
        guard free > 0, places.count > keptCount else { return }
        let waiting = places.values.lazy.filter { !$0.isKept }.map(\.rank)
        // Ranks are all different, so this is the rank of the last one for which there is a place.
        let last = places.count - keptCount <= free ? nextRank : waiting.sorted()[free - 1]
        for index in places.indices where places.values[index].rank <= last && !places.values[index].isKept {
            places.values[index].isKept = true
            keptCount += 1
        }
    }
}

extension Attributes {
    /// The attributes of the series that stands for all series beyond the cardinality limit.
    package static let overflow: Attributes = ["otel.metric.overflow": true]
}
