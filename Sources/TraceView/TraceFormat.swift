/// How changes are printed.
package enum TraceFormat: String, CaseIterable, Sendable {
    /// Text.
    case table
    /// JSON.
    case json
}
