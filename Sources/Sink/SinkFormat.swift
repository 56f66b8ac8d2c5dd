/// How the sink prints what it receives.
package enum SinkFormat: String, CaseIterable, Sendable {
    /// For people.
    case table
    /// For programs.
    case json
}
