import Readings

/// How a snapshot is printed.
package enum SnapshotFormat: String, CaseIterable, Sendable {
    /// Text.
    case table
    /// JSON.
    case json
    /// Comma-separated values.
    case csv
}
