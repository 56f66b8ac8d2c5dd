/// What this program calls itself.
package enum Program {
    /// The name: of the service, of the scope, and of the SDK that it is itself.
    package static let name = "tcplens"

    /// The version, by semantic versioning.
    package static let version = "0.1.0"

    /// The semantic conventions that resource and metrics follow.
    package static let schemaURL = "https://opentelemetry.io/schemas/1.44.0"
}
