package import Configuration
internal import System

/// A setting that makes it impossible to start.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The environment variable.
    package var variable: String
    /// Its value, without secrets.
    package var value: String
    /// What is wrong with it, and what is expected.
    package var reason: String

    /// Creates an error; `value` must not contain secrets.
    package init(variable: String, value: String, reason: String) {
        self.variable = variable
        self.value = value
        self.reason = reason
    }

    /// One line: which variable, which value, why, and what is expected.
    package var description: String { "\(variable)=\(value): \(reason)" }
}

/// The URL of the receiver (OpenTelemetry specification, `protocol/exporter.md`, "Endpoint URLs for OTLP/HTTP").
///
/// As an extension of the specification it may be `unix:///path`, the socket of a receiver on this machine; requests go
/// to `/v1/metrics` there.
///
/// Its description and its mirror do not contain user, password and query.
package struct OTLPEndpoint: Hashable, Sendable {
    private let parts: URLParts
    /// The path of the Unix-domain socket to connect to, or nil for a connection over TCP.
    let socket: String?

    /// Reads the endpoint from the environment.
    ///
    /// `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` is used as it is; `OTEL_EXPORTER_OTLP_ENDPOINT` is a base to which
    /// `v1/metrics` is appended. The default is `http://localhost:4318/v1/metrics`.
    ///
    /// - Throws: ``ConfigurationError`` if the value is not an http, https or unix URL.
    package init(_ environment: EnvironmentReader) throws(ConfigurationError) {
        if let setting = environment.setting("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
            try self.init(setting, appending: nil)
        } else {
            let name = "OTEL_EXPORTER_OTLP_ENDPOINT"
            let setting = environment.setting(name) ?? .init(name: name, value: "http://localhost:4318")
            try self.init(setting, appending: "v1/metrics")
        }
    }

    /// Creates an endpoint with `url`, unchanged.
    ///
    /// - Parameters:
    ///   - url: The URL for requests.
    ///   - setting: The setting that the URL comes from, for errors.
    /// - Throws: ``ConfigurationError`` if it is not an http or https URL.
    package init(url: String, from setting: String) throws(ConfigurationError) {
        try self.init(.init(name: setting, value: url), appending: nil)
    }

    /// Creates an endpoint below a base URL.
    ///
    /// - Parameters:
    ///   - base: The URL to which the path is appended.
    ///   - path: The path.
    ///   - setting: The setting that the URL comes from, for errors.
    /// - Throws: ``ConfigurationError`` if it is not an http, https or unix URL.
    package init(base: String, appending path: String, from setting: String) throws(ConfigurationError) {
        try self.init(.init(name: setting, value: base), appending: path)
    }

    private init(_ setting: EnvironmentReader.Setting, appending suffix: String?) throws(ConfigurationError) {
        do throws(URLParts.Malformed) {
            socket = try Self.socket(setting.value)
            // A URL with the path of a socket can't have a path for HTTP, whichever variable it comes from.
            parts =
                try socket == nil
                ? URLParts(setting.value, appending: suffix)
                : URLParts("http://localhost", appending: suffix ?? "v1/metrics")
        } catch {
            throw ConfigurationError(
                variable: setting.name,
                value: Self.redact(setting.value),
                reason: "not a usable URL: \(error.reason); expected something like http://localhost:4318"
            )
        }
    }

    private static func socket(_ value: String) throws(URLParts.Malformed) -> String? {
        let prefix = "unix://"
        guard value.lowercased().hasPrefix(prefix) else { return nil }
        let path = String(value.dropFirst(prefix.count))
        guard path.hasPrefix("/"), !path.hasSuffix("/") else {
            throw URLParts.Malformed(reason: "a socket has an absolute path, as in unix:///run/otel.sock")
        }
        // The kernel's limit (`sun_path` in `unix(7)`), including the NUL at the end.
        guard path.utf8.count < 108 else {
            throw URLParts.Malformed(reason: "the path of a socket has 107 bytes at most")
        }
        return path
    }

    /// The URL for libcurl, including user, password and query: a secret.
    var url: String { parts.url }

    /// User, password and query, which must not be shown.
    var secrets: [String] { parts.secrets }

    /// The name or the address of the receiver, IPv6 addresses without brackets, or the path of its socket
    /// (`server.address`).
    package var host: String {
        socket ?? (parts.host.hasPrefix("[") ? String(parts.host.dropFirst().dropLast()) : parts.host)
    }

    /// The port of the receiver (`server.port`).
    ///
    /// Without a port in the URL it is that of the scheme, not 4318; 0 for a socket.
    package var port: Int {
        socket == nil ? parts.port ?? (isSecure ? 443 : 80) : 0
    }

    /// Whether the receiver is a Unix-domain socket on this machine.
    package var isSocket: Bool { socket != nil }

    /// Whether the receiver is on this machine, judging by its name.
    package var isLoopback: Bool {
        let name = host.lowercased()
        return socket != nil || name == "localhost" || name.hasSuffix(".localhost") || name == "::1"
            || name.hasPrefix("127.")
    }

    /// Whether the connection is encrypted.
    package var isSecure: Bool { parts.scheme == "https" }

    /// The URL with asterisks in place of user, password and query.
    ///
    /// It can be parsed again, and shows what was left out.
    package var redactedURL: String {
        let authority = parts.url.dropFirst(parts.scheme.count + "://".count).prefix { !"/?".contains($0) }
        guard authority.contains("@") else { return description }
        return "\(parts.scheme)://\(Secret.mask)@" + description.dropFirst(parts.scheme.count + "://".count)
    }

    /// Whether it was made from a ``redactedURL``, so that secrets are missing.
    package var isRedacted: Bool { parts.url.contains("\(Secret.mask)@") || parts.url.hasSuffix("?\(Secret.mask)") }

    /// A malformed value without what may be a password or a token.
    static func redact(_ value: String) -> String {
        // Everything up to the last "@" may be a password, even if it looks like a path or a query.
        let at = value.lastIndex(of: "@")
        let shown = value[(at ?? value.startIndex)...].prefix { $0 != "?" && $0 != "#" }
        guard let at else { return shown.printable() }
        let start = value.firstRange(of: "://")?.upperBound ?? value.startIndex
        return (value[..<min(start, at)] + Secret.mask + shown).printable()
    }
}

extension OTLPEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL without user, password and query.
    package var description: String { socket.map { "unix://\($0)" } ?? parts.redacted }

    /// The same as ``description``.
    package var debugDescription: String { description }

    /// Only the description, so that `dump` shows no secrets either.
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
