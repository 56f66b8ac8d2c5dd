/// The name and the version of this program.
package enum Program {
    /// The name of the service, of the instrumentation scope, and of the SDK (tcplens is its own).
    package static let name = "tcplens"

    /// The version (semantic versioning).
    package static let version = "0.1.0"

    /// The URL of the semantic conventions that resource and metrics follow.
    package static let schemaURL = "https://opentelemetry.io/schemas/1.44.0"
}
