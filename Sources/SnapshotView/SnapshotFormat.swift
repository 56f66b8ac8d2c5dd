import Readings

/// How a snapshot is printed.
package enum SnapshotFormat: String, CaseIterable, Sendable {
    /// For people.
    case table
    /// For programs.
    case json
    /// For spreadsheets.
    case csv
}
