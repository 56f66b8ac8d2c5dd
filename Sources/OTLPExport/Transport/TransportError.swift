internal import CLibcurl
internal import System

/// Why there is no response from the receiver.
package struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of error.
    package enum Kind: Hashable, Sendable {
        /// It would be the same again: a bad certificate, a setting that libcurl does not know.
        case permanent
        /// It may be temporary: nobody listens, the connection broke.
        case retryable
        /// The timeout was over.
        case timedOut
        /// The response is larger than allowed.
        case responseTooLarge
        /// The export was cancelled.
        case cancelled
    }

    /// The URL without user, password and query.
    package var url: String
    /// The kind of error.
    package var kind: Kind
    /// libcurl's name for the error, which does not depend on details.
    package var name: String
    /// The details if there are any, or else ``name``.
    package var reason: String
    /// A sentence that tells the user what to do.
    package var hint: String?

    /// Distinguishes this error from others; the hint is part of it, because errors with the same name can need
    /// different measures.
    var cause: String { name + (hint ?? "") }

    /// One line for people.
    package var description: String { "\(url): \(reason)" + (hint.map { ". \($0)" } ?? "") }
}

extension TransportError {
    /// Creates an error from libcurl's result code and the `details` in `CURLOPT_ERRORBUFFER`, if any.
    ///
    /// - Parameters:
    ///   - code: The result code.
    ///   - details: The details, or an empty text.
    ///   - endpoint: The receiver.
    ///   - proxy: The proxy, if one may be used.
    ///   - names: What the hint calls settings.
    init(
        _ code: CURLcode,
        details: String,
        endpoint: OTLPEndpoint,
        proxy: ProxySettings? = nil,
        names: OTLPSettingNames
    ) {
        name = unsafe String(cString: curl_easy_strerror(code))
        url = endpoint.description
        // For a socket, libcurl's details name a host and a port that nobody has set.
        let isAboutHost = endpoint.socket != nil && code == CURLE_COULDNT_CONNECT
        reason = (details.isEmpty || isAboutHost ? name : details).printable()
        kind =
            switch code {
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR,
                CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SSL_CONNECT_ERROR, CURLE_HTTP2,
                CURLE_HTTP2_STREAM, CURLE_PROXY, CURLE_AGAIN:
                .retryable
            default: .permanent
            }
        let isIndirect = proxy.map { !$0.url.isEmpty } ?? false
        hint = Self.hint(code, details: details, endpoint: endpoint, isIndirect: isIndirect, names: names)
    }

    /// Notes that the receiver closed the connection between handshake and response.
    ///
    /// In TLS 1.3 the receiver rejects a client certificate after the handshake, by an alert that the end of the
    /// connection may overtake. Then libcurl only reports the operation that failed.
    mutating func noteEndAfterHandshake(_ names: OTLPSettingNames) {
        reason = "the receiver closed the connection right after the TLS handshake (\(reason))"
        hint = "If it wants a client certificate: check \(names.clientFiles); its log says why it hung up"
    }

    private static func hint(
        _ code: CURLcode,
        details: String,
        endpoint: OTLPEndpoint,
        isIndirect: Bool,
        names: OTLPSettingNames
    ) -> String? {
        // In TLS 1.3 the receiver rejects a client certificate only after the handshake, so any code may result.
        if let alert = details.firstRange(of: "alert ")?.upperBound,
            details[alert...].contains("certificate") || details[alert...].contains("unknown ca")
        {
            return "The receiver wants a client certificate that it trusts: check \(names.clientFiles)"
        }
        if details.contains("CONNECT tunnel failed") {
            return details.contains("407") ? ProxySettings.credentialsHint : ProxySettings.hint
        }
        switch code {
        case CURLE_COULDNT_CONNECT where endpoint.socket != nil:
            return "Is a Collector listening on this socket, and may tcplens write to it?"
        case CURLE_COULDNT_CONNECT where isIndirect, CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY:
            return ProxySettings.hint
        case CURLE_COULDNT_CONNECT:
            return "Is a Collector listening there? If not, set the endpoint (\(names.endpoint)) to its address"
        case CURLE_COULDNT_RESOLVE_HOST:
            return "Set the endpoint (\(names.endpoint)) to a name that is known here, or to an address"
        case CURLE_PEER_FAILED_VERIFICATION:
            return verificationHint(details, names)
        case CURLE_SSL_CACERT_BADFILE:
            return "Check the file that \(names.certificate) names"
        case CURLE_SSL_CERTPROBLEM:
            return "Check \(names.clientFiles)"
        case CURLE_SSL_CONNECT_ERROR:
            return "Does the receiver speak TLS on this port? If not, the endpoint begins with http://"
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_GOT_NOTHING, CURLE_RECV_ERROR:
            return endpoint.port == 4317 ? "4317 is usually the port of OTLP over gRPC; over HTTP it is 4318" : nil
        default:
            return nil
        }
    }

    /// A hint about a certificate that OpenSSL rejects, by its message.
    private static func verificationHint(_ details: String, _ names: OTLPSettingNames) -> String {
        if details.contains("expired") {
            return "The receiver's certificate must be renewed, unless this machine's clock is wrong"
        }
        if details.contains("not yet valid") {
            return "Is this machine's clock right?"
        }
        if details.contains("does not match") || details.contains("no alternative certificate subject name") {
            return "Set the endpoint (\(names.endpoint)) to a name in the receiver's certificate"
        }
        return "Set \(names.certificate) to the certificate of the authority that signed the receiver's"
    }
}
