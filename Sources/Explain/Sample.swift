/// The value of a signal for one group.
package struct Sample: Hashable, Sendable {
    /// What tells the group apart: labels of the host or workload, and of the signal.
    package var labels: [String: String]
    /// The value.
    package var value: Double

    /// Creates a value.
    package init(_ labels: [String: String] = [:], _ value: Double) {
        (self.labels, self.value) = (labels, value)
    }
}

extension [String: String] {
    /// Whether all labels that both have, have the same value.
    func agrees(with other: [String: String]) -> Bool {
        allSatisfy { key, value in other[key].map { $0 == value } ?? true }
    }
}
