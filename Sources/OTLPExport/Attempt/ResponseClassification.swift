internal import OTLP
internal import Pipeline
internal import System

/// What a response means for the metrics that were sent.
///
/// The rules are those of the OTLP specification, "OTLP/HTTP Response": 2xx is success, 429, 502, 503 and 504 may be
/// retried, everything else may not, and a partial success must not either.
enum ResponseClassification: Equatable, Sendable {
    /// All points were taken; the receiver may have had something to say.
    case success(status: Int, warning: String?)
    /// Some points were refused for good.
    case partialSuccess(status: Int, rejected: Int64, message: String)
    /// Worth another attempt, not before `after` if the receiver said so.
    case retryable(ExportProblem, after: Duration?)
    /// Not worth another attempt, now or later.
    case permanent(ExportProblem)
    /// Not worth another attempt before somebody has mended something, on this side or on the way.
    case deferred(ExportProblem)

    /// Judges `response`, in whose words `secrets` are not to be shown.
    init(_ response: HTTPClient.Response, hiding secrets: Secrets = Secrets()) {
        guard !(200...299).contains(response.status) else {
            self = Self.success(response, secrets)
            return
        }
        var problem = ExportProblem(
            failure: .status(response.status),
            reason: Self.message(response, secrets),
            hint: Self.hint(response.status)
        )
        if response.status == 400, response.isPlain, Self.isByTLSServer(response) {
            problem.hint = "Does the receiver speak TLS on this port? Then the endpoint begins with https://"
        }
        if problem.isRequestTooLarge {
            problem.hint = "The receiver limits the size of a request: raise its max_request_body_size"
        }
        switch response.status {
        case 429, 502, 503, 504: self = .retryable(problem, after: response.retryAfter)
        default: self = .permanent(problem)
        }
    }

    /// Judges the lack of a response.
    init(_ error: TransportError) {
        let failure: ExportOutcome.Failure =
            switch error.kind {
            case .timedOut: .timeout
            case .responseTooLarge: .tooLarge
            case .cancelled: .cancelled
            case .permanent, .retryable: .transport
            }
        let problem = ExportProblem(failure: failure, reason: error.reason, hint: error.hint, cause: error.cause)
        self =
            switch error.kind {
            case .retryable, .timedOut: .retryable(problem, after: nil)
            case .permanent, .cancelled: .deferred(problem)
            case .responseTooLarge: .permanent(problem)
            }
    }

    private static func success(_ response: HTTPClient.Response, _ secrets: Secrets) -> ResponseClassification {
        if let interruption = response.interruption {
            let warning = "whether it rejected any is not known, for its answer broke off: \(interruption)"
            return .success(status: response.status, warning: warning)
        }
        // Receivers that answer with a text have taken the metrics all the same.
        guard isProtobuf(response) else { return .success(status: response.status, warning: nil) }
        guard let decoded = try? ExportResponse.decode(response.body) else {
            return .success(
                status: response.status,
                warning: "the receiver's answer is no ExportMetricsServiceResponse"
            )
        }
        let message = secrets.hidden(in: decoded.errorMessage).printable()
        let rejected = decoded.rejectedDataPoints
        if rejected > 0 {
            return .partialSuccess(status: response.status, rejected: rejected, message: message)
        }
        return .success(status: response.status, warning: message.isEmpty ? nil : message)
    }

    /// "HTTP 503", and what the receiver says about it.
    private static func message(_ response: HTTPClient.Response, _ secrets: Secrets) -> String {
        var text = ""
        if isProtobuf(response) {
            text = (try? RPCStatus.decode(response.body))?.message ?? ""
        } else if response.contentType?.lowercased().hasPrefix("text/plain") == true {
            text = String(decoding: response.body.prefix(4096), as: UTF8.self)
        }
        // Before it is cut to a length, which could leave a part of a secret.
        text = secrets.hidden(in: text).trimmed.printable()
        return "HTTP \(response.status)" + (text.isEmpty ? "" : ": \(text)")
    }

    private static func isProtobuf(_ response: HTTPClient.Response) -> Bool {
        let type = response.contentType?.prefix { $0 != ";" }.trimmed.lowercased()
        return type == "application/x-protobuf" || type == "application/protobuf"
    }

    /// Whether it looks like the answer of a server for TLS to who speaks without it: nginx and Apache say so; Go's says so
    /// without a type, and resets the connection, which may be faster than the words.
    private static func isByTLSServer(_ response: HTTPClient.Response) -> Bool {
        response.contentType == nil || String(decoding: response.body.prefix(4096), as: UTF8.self).contains("HTTPS")
    }

    private static func hint(_ status: Int) -> String? {
        switch status {
        case 300...399:
            "Redirects are not followed: set OTEL_EXPORTER_OTLP_ENDPOINT to where this one leads"
        case 401, 403:
            "Check the credentials in OTEL_EXPORTER_OTLP_HEADERS"
        case 404, 405:
            "Check the path: v1/metrics is appended to OTEL_EXPORTER_OTLP_ENDPOINT, "
                + "while OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is used as it is"
        case 407:
            ProxySettings.credentialsHint
        case 415:
            "Is this a receiver of OTLP over HTTP with protobuf?"
        default: nil
        }
    }
}
