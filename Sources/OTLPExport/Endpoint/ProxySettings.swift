package import Configuration
internal import System

/// Through which proxy to go, by the customary environment variables.
///
/// Its description and its reflection leave out user and password.
package struct ProxySettings: Hashable, Sendable {
    private static let schemes: Set<String> = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

    private let parts: URLParts?
    /// What is to be reached directly.
    private let exceptions: String
    /// The entry of ``exceptions`` for which there is no proxy; nil when that is not the reason.
    package let exception: String?
    /// Entries that name nothing, a line each.
    package let warnings: [String]

    /// Finds the proxy for `endpoint` in the environment: `http_proxy` or `https_proxy` by the endpoint's scheme, else
    /// `all_proxy`, and the exceptions of `no_proxy`; each also in upper case, lower case first.
    ///
    /// Receivers on this machine are reached directly. libcurl by itself does not take `HTTP_PROXY`, for in a CGI
    /// program that is a header of a request.
    ///
    /// - Throws: ``ConfigurationError`` when the value is no URL of a proxy: going around it may be forbidden.
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
            "\(given?.name ?? "no_proxy"): '\(entry.printable())' is ignored: expected a domain, as .example.com or "
                + "*.example.com, an address, or a network, as 10.0.0.0/8"
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

    /// Whether the way to the receiver is by a proxy.
    package var isUsed: Bool { parts != nil }

    /// What to do about a proxy that does not let through, a sentence.
    static let hint = "Is the proxy right? http_proxy or https_proxy names it, no_proxy what is reached without"

    /// What to do about a proxy that wants to know who asks, a sentence.
    static let credentialsHint = "The proxy wants credentials: put them into the URL in http_proxy or https_proxy"

    /// What libcurl is told, user and password included: a secret; empty for no proxy.
    var url: String { parts?.url ?? "" }

    /// What must not be shown.
    var secrets: [String] { parts?.secrets ?? [] }
}

extension ProxySettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL without user and password, or `none`, and the exceptions.
    package var description: String {
        guard let parts else { return "none" }
        return exceptions.isEmpty ? parts.redacted : "\(parts.redacted), but not for \(exceptions.printable())"
    }

    /// The same as ``description``.
    package var debugDescription: String { description }

    /// Only the description.
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
