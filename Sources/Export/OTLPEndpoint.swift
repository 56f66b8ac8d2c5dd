/// A setting that makes it impossible to go on.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The environment variable.
    public var variable: String
    /// Its value, without secrets.
    public var value: String
    /// What is wrong with it, and what is expected.
    public var reason: String

    /// Creates an error; `value` must not contain secrets.
    public init(variable: String, value: String, reason: String) {
        self.variable = variable
        self.value = value
        self.reason = reason
    }

    /// One line: which variable, which value, why, and what is expected.
    public var description: String { "\(variable)=\(value): \(reason)" }
}

/// The URL that metrics are sent to (OpenTelemetry specification, `protocol/exporter.md`, "Endpoint URLs for OTLP/HTTP").
///
/// Its description and its reflection leave out user, password and query.
public struct OTLPEndpoint: Hashable, Sendable {
    private let parts: URLParts

    /// Finds the endpoint in the environment.
    ///
    /// `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` is used as it is; `OTEL_EXPORTER_OTLP_ENDPOINT` is a base to which
    /// `v1/metrics` is appended; without either it is `http://localhost:4318/v1/metrics`.
    ///
    /// - Throws: ``ConfigurationError`` when the value is no http or https URL.
    public init(_ environment: EnvironmentReader) throws(ConfigurationError) {
        if let setting = environment.setting("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
            try self.init(setting, appending: nil)
        } else {
            let name = "OTEL_EXPORTER_OTLP_ENDPOINT"
            let setting = environment.setting(name) ?? .init(name: name, value: "http://localhost:4318")
            try self.init(setting, appending: "v1/metrics")
        }
    }

    /// Takes `url` as it is.
    ///
    /// - Parameters:
    ///   - url: What the receiver is to be requested by.
    ///   - setting: The setting that gave it, for an error to name.
    /// - Throws: ``ConfigurationError`` when it is no http or https URL.
    public init(url: String, from setting: String) throws(ConfigurationError) {
        try self.init(.init(name: setting, value: url), appending: nil)
    }

    private init(_ setting: EnvironmentReader.Setting, appending suffix: String?) throws(ConfigurationError) {
        do throws(URLParts.Malformed) {
            parts = try URLParts(setting.value, appending: suffix)
        } catch {
            throw ConfigurationError(
                variable: setting.name,
                value: Self.redact(setting.value),
                reason: "not a usable URL: \(error.reason); expected something like http://localhost:4318"
            )
        }
    }

    /// What libcurl is to request, user, password and query included: a secret.
    var url: String { parts.url }

    /// The name or the address of the receiver, IPv6 addresses without brackets (`server.address`).
    public var host: String {
        parts.host.hasPrefix("[") ? String(parts.host.dropFirst().dropLast()) : parts.host
    }

    /// The port of the receiver (`server.port`); where the URL has none, that of its scheme and not 4318.
    public var port: Int {
        parts.port ?? (parts.scheme == "https" ? 443 : 80)
    }

    /// Whether the connection is encrypted.
    public var isSecure: Bool { parts.scheme == "https" }

    /// The URL with asterisks in place of user, password and query: it can be read again, and shows that they were there.
    public var redactedURL: String {
        let authority = parts.url.dropFirst(parts.scheme.count + "://".count).prefix { !"/?".contains($0) }
        guard authority.contains("@") else { return description }
        return "\(parts.scheme)://\(Secret.mask)@" + description.dropFirst(parts.scheme.count + "://".count)
    }

    /// Whether it was written by ``redactedURL``, so that what belongs there is missing.
    public var isRedacted: Bool { parts.url.contains("\(Secret.mask)@") || parts.url.hasSuffix("?\(Secret.mask)") }

    /// A value that did not parse, without what may be a password or a token.
    private static func redact(_ value: String) -> String {
        var value = value[...]
        if let query = value.firstIndex(where: { $0 == "?" || $0 == "#" }) {
            value = value[..<query]
        }
        guard let at = value.lastIndex(of: "@") else { return value.printable() }
        let start = value.firstRange(of: "://")?.upperBound ?? value.startIndex
        return (value[..<min(start, at)] + "***" + value[at...]).printable()
    }
}

extension OTLPEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL without user, password and query.
    public var description: String { parts.redacted }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Only the description, so that `dump` shows no secrets either.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
