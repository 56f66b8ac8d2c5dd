/// What this program calls itself.
public enum Program {
    /// The name: of the service, of the scope, and of the SDK that it is itself.
    public static let name = "tcplens"

    /// The version, by semantic versioning.
    public static let version = "0.1.0"

    /// The semantic conventions that resource and metrics follow.
    public static let schemaURL = "https://opentelemetry.io/schemas/1.44.0"
}
