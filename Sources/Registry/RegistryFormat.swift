/// How the catalogue can be printed.
package enum RegistryFormat: String, CaseIterable, Sendable {
    /// A table for a terminal: a line for each metric.
    case table
    /// A page of documentation.
    case markdown
    /// Everything, for programs.
    case json
    /// A registry of OpenTelemetry Weaver.
    case weaver
}
