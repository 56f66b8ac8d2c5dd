package import Configuration
internal import System

/// The proxy, from the customary environment variables.
///
/// Its description and its mirror do not contain user and password.
package struct ProxySettings: Hashable, Sendable {
    private static let schemes: Set<String> = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

    private let parts: URLParts?
    /// The valid exceptions, for the description.
    private let exceptions: String
    /// The exception that matches the receiver, if that is why no proxy is used.
    package let exception: String?
    /// A line for each exception that can't be parsed.
    package let warnings: [String]

    /// Reads the proxy for `endpoint` from the environment: `http_proxy` or `https_proxy` according to the endpoint's
    /// scheme, else `all_proxy`, and the exceptions in `no_proxy`.
    ///
    /// Each may be in upper case; lower case takes precedence.
    ///
    /// Receivers on this machine are reached directly. Unlike this, libcurl does not read `HTTP_PROXY`, because in a
    /// CGI program it is a header of a request.
    ///
    /// - Throws: ``ConfigurationError`` if the value is not the URL of a proxy: bypassing the proxy may be forbidden.
    package init(_ environment: EnvironmentReader, for endpoint: OTLPEndpoint) throws(ConfigurationError) {
        let given = environment.setting("no_proxy", "NO_PROXY")
        let setting =
            endpoint.isSecure
            ? environment.setting("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
            : environment.setting("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
        guard let setting, !endpoint.isLoopback else {
            (parts, exceptions, exception, warnings) = (nil, "", nil, [])
            return
        }
        let list = ProxyExceptions(given?.value ?? "")
        warnings = list.unknown.map { entry in
            "\(given?.name ?? "no_proxy"): '\(entry.printable())' is ignored: expected a domain, such as .example.com or "
                + "*.example.com, an address, or a network, such as 10.0.0.0/8"
        }
        exceptions = list.known.joined(separator: ",")
        exception = list.entry(for: endpoint.host, port: endpoint.port)
        guard exception == nil else {
            parts = nil
            return
        }
        do throws(URLParts.Malformed) {
            let value = setting.value.contains("://") ? setting.value : "http://" + setting.value
            parts = try URLParts(value, schemes: Self.schemes)
        } catch {
            throw ConfigurationError(
                variable: setting.name,
                value: OTLPEndpoint.redact(setting.value),
                reason: "not a usable URL of a proxy: \(error.reason); expected something like http://proxy:3128"
            )
        }
    }

    /// Whether a proxy is used.
    package var isUsed: Bool { parts != nil }

    /// A hint about a proxy that does not let requests through.
    static let hint = "Is the proxy right? http_proxy or https_proxy sets it, no_proxy lists its exceptions"

    /// A hint about a proxy that requires credentials.
    static let credentialsHint = "The proxy wants credentials: put them into the URL in http_proxy or https_proxy"

    /// The URL for libcurl, including user and password: a secret.
    ///
    /// Empty for no proxy.
    var url: String { parts?.url ?? "" }

    /// User and password, which must not be shown.
    var secrets: [String] { parts?.secrets ?? [] }
}

extension ProxySettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL without user and password, or `none`, and the exceptions.
    package var description: String {
        guard let parts else { return "none" }
        return exceptions.isEmpty ? parts.redacted : "\(parts.redacted), except for \(exceptions.printable())"
    }

    /// The same as ``description``.
    package var debugDescription: String { description }

    /// Only the description.
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
