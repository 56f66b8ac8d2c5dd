/// How changes are printed.
package enum TraceFormat: String, CaseIterable, Sendable {
    /// For people.
    case table
    /// For programs.
    case json
}
