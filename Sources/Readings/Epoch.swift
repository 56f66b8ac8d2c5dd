package import Metrics

/// The start of counting.
///
/// Readings of the same epoch can be subtracted from each other.
package struct Epoch: Hashable, Sendable, Codable {
    /// When counting began.
    package var start: Timestamp
    /// The layout of the counters.
    ///
    /// Counters of different layouts can't be compared.
    package var layout: UInt64
    /// The network namespace's counters at the start, because the kernel has counted since an unknown earlier time.
    package var namespaceCounters: NamespaceCounters

    /// Creates an epoch.
    package init(start: Timestamp, layout: UInt64 = 0, namespaceCounters: NamespaceCounters = NamespaceCounters()) {
        self.start = start
        self.layout = layout
        self.namespaceCounters = namespaceCounters
    }
}
