/// The recent values of things that come and go, such as groups.
struct Histories<Key: Hashable> {
    /// The most samples that are kept.
    static var capacity: Int { 120 }
    /// How many things are kept.
    ///
    /// Those with the greatest values are kept.
    static var limit: Int { 256 }

    /// The number of samples so far.
    private(set) var sampleCount = 0
    private var values: [Key: [Double]] = [:]

    /// Adds a sample.
    ///
    /// A key that is missing in it has the value zero.
    mutating func append(_ sample: [Key: Double]) {
        let before = min(sampleCount, Self.capacity)
        sampleCount += 1
        for key in values.keys where sample[key] == nil {
            values[key]?.append(0)
        }
        for (key, value) in sample {
            values[key, default: Array(repeating: 0, count: before)].append(value)
        }
        values = values.compactMapValues { series in
            let kept = series.suffix(Self.capacity)
            return kept.contains { $0 > 0 } ? Array(kept) : nil
        }
        guard values.count > Self.limit else { return }
        let greatest = values.sorted { ($0.value.last ?? 0) > ($1.value.last ?? 0) }.prefix(Self.limit)
        values = Dictionary(uniqueKeysWithValues: greatest.map { ($0.key, $0.value) })
    }

    /// The samples of a key, the newest last.
    ///
    /// All keys have the same number of samples.
    subscript(key: Key) -> [Double] {
        values[key] ?? Array(repeating: 0, count: min(sampleCount, Self.capacity))
    }
}
