/// How the sink prints what it receives.
package enum SinkFormat: String, CaseIterable, Sendable {
    /// Text.
    case table
    /// JSON.
    case json
}
