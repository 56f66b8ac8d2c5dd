package import Metrics

/// What counters count from: readings of one epoch can be subtracted from each other.
package struct Epoch: Hashable, Sendable, Codable {
    /// When counting began.
    package var start: Timestamp
    /// Which layout the counters have; counters of different layouts mean different things.
    package var layout: UInt64
    /// The network namespace's own counters at the start; the kernel began to count them at some unknown time before.
    package var namespaceCounters: NamespaceCounters

    /// Creates an epoch.
    package init(start: Timestamp, layout: UInt64 = 0, namespaceCounters: NamespaceCounters = NamespaceCounters()) {
        self.start = start
        self.layout = layout
        self.namespaceCounters = namespaceCounters
    }
}
