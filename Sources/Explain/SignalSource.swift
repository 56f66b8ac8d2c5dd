package import Findings

/// Where the values of signals come from: a backend, or the collections of an agent in this process.
package protocol SignalSource {
    /// The values at the end of the time to explain.
    ///
    /// - Parameters:
    ///   - signal: The signal.
    ///   - threshold: Only values above this are needed; nil for all.
    ///   - patience: How long they must have been above it, as far as that much time is explained.
    /// - Returns: The value of each group, of which there may be none.
    /// - Throws: ``Failure`` when there is no answer.
    func values(of signal: Signal, above threshold: Double?, for patience: Duration) throws -> [Sample]

    /// The values that are usual: those of the baseline; empty if there is no baseline.
    ///
    /// A group without a value did not exist then.
    ///
    /// - Parameter signal: The signal.
    /// - Returns: The value of each group.
    /// - Throws: ``Failure`` when there is no answer.
    func usual(_ signal: Signal) throws -> [Sample]

    /// The host that a group is about, and how else it is called.
    func place(of labels: [String: String]) -> Place

    /// Whether anything was collected about this group's host in the baseline.
    func hasBaseline(_ labels: [String: String]) -> Bool

    /// The names of all metrics that there are, with the number of their series.
    var metrics: [String: Int] { get }
}

/// What a group is about.
package struct Place: Hashable, Sendable {
    /// The name of the host.
    package var host: String?
    /// The other labels that tell it apart from other groups, in the order of their names.
    package var labels: [(name: String, value: String)]

    /// Creates a place.
    package init(host: String?, labels: [(name: String, value: String)] = []) {
        (self.host, self.labels) = (host, labels)
    }

    /// Whether both are the same place.
    package static func == (left: Self, right: Self) -> Bool {
        left.host == right.host && left.labels.elementsEqual(right.labels, by: ==)
    }

    /// Hashes host and labels.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(host)
        for (name, value) in labels {
            hasher.combine(name)
            hasher.combine(value)
        }
    }
}
