/// Which of a metric's keys have a series of their own: the first observed ones, as many as the limit allows.
///
/// The others share the overflow series, which comes on top: the limit is on distinct attribute sets without that one,
/// so that none overflows as long as there are no more than the limit (OpenTelemetry specification, `metrics/sdk.md`,
/// "Cardinality limits").
public struct CardinalityLimit<Key: Hashable & Sendable>: Sendable {
    /// The limit where none is set, by the specification.
    public static var standard: Int { 2000 }

    private let limit: Int
    private var ranks: [Key: UInt64] = [:]
    private var kept: Set<Key> = []
    private var nextRank: UInt64 = 0

    /// Creates a limit on the number of keys that have a series of their own.
    public init(_ limit: Int = Self.standard) {
        self.limit = max(limit, 0)
    }

    /// Whether `key` has a series of its own.
    public func keeps(_ key: Key) -> Bool {
        kept.contains(key)
    }

    /// The keys that have a series of their own, in the order in which they were first observed.
    public var keptKeys: [Key] {
        ranks.filter { kept.contains($0.key) }.sorted { $0.value < $1.value }.map(\.key)
    }

    /// Takes note of the keys that exist now, those observed first before the others.
    ///
    /// Keys that are gone free their places. These go to the keys that have waited longest, new ones last; a key that
    /// has its place keeps it until it is gone.
    ///
    /// - Returns: The keys that are gone.
    public mutating func update(_ keys: some Sequence<Key>) -> [Key] {
        var present: [Key: UInt64] = [:]
        present.reserveCapacity(ranks.count)
        for key in keys where present[key] == nil {
            if let rank = ranks[key] {
                present[key] = rank
            } else {
                present[key] = nextRank
                nextRank &+= 1
            }
        }
        let gone = ranks.keys.filter { present[$0] == nil }
        ranks = present
        kept.subtract(gone)
        fill()
        return gone
    }

    /// Forgets a key, so that it counts as new when it is observed again.
    public mutating func remove(_ key: Key) {
        ranks[key] = nil
        kept.remove(key)
    }

    /// Gives the free places to the keys that have waited longest.
    private mutating func fill() {
        let free = limit - kept.count
        guard free > 0, ranks.count > kept.count else { return }
        let waiting = ranks.filter { !kept.contains($0.key) }.sorted { $0.value < $1.value }
        kept.formUnion(waiting.prefix(free).map(\.key))
    }
}

extension Attributes {
    /// The attributes of the series that stands for all series beyond the cardinality limit.
    public static let overflow: Attributes = ["otel.metric.overflow": true]
}
