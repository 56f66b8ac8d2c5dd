/// What identifies a series within its metric, in a form that is cheaper to make than attributes.
package protocol SeriesKey: Hashable, Sendable {
    /// The attributes that follow from it.
    var attributes: Attributes { get }
}

/// The attributes of the series of a metric that has one for each key.
///
/// They are made once for each series and shared by all its points, so that points of one series are recognized
/// without comparing text. They are kept as long as each collection has the series.
package struct SeriesIndex<Key: SeriesKey>: Sendable {
    /// A series that is present.
    private struct Entry: Sendable {
        /// What its points carry.
        let attributes: Attributes
        /// The last collection that had it.
        var collection: UInt64
    }

    private var entries: [Key: Entry] = [:]
    private var collections: UInt64 = 0

    /// Creates an empty index.
    package init() {}

    /// The number of series in the last collection.
    package var count: Int { entries.count }

    /// Takes the series of the next collection, and forgets all others.
    ///
    /// - Parameter keys: The key of each series; nil for the overflow series.
    /// - Returns: The attributes of each series, in the order of `keys`.
    package mutating func attributes(of keys: some Sequence<Key?>) -> [Attributes] {
        collections &+= 1
        var count = 0
        let attributes = keys.map { key -> Attributes in
            guard let key else { return .overflow }
            guard let index = entries.index(forKey: key) else {
                let attributes = key.attributes
                entries[key] = Entry(attributes: attributes, collection: collections)
                count += 1
                return attributes
            }
            if entries.values[index].collection != collections {
                entries.values[index].collection = collections
                count += 1
            }
            return entries.values[index].attributes
        }
        // Usually no series is gone.
        if count < entries.count {
            entries = entries.filter { $0.value.collection == collections }
        }
        return attributes
    }
}
