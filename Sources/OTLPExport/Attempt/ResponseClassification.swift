internal import OTLP
internal import Pipeline
internal import System

/// What a response means for the metrics that were sent.
///
/// The rules are those of the OTLP specification, "OTLP/HTTP Response": any 2xx is a success, and a partial success
/// must not be retried. ``Retry`` tells whether other statuses may be.
enum ResponseClassification: Equatable, Sendable {
    /// The receiver accepted all points, perhaps with a warning.
    case success(status: Int, warning: String?)
    /// The receiver accepted the request but rejected some points for good.
    case partialSuccess(status: Int, rejected: Int64, message: String)
    /// The receiver accepted nothing, or did not answer.
    case failure(ExportProblem, Retry)

    /// Classifies `response`.
    ///
    /// - Parameters:
    ///   - response: The response.
    ///   - secrets: What is hidden in texts of the receiver.
    ///   - names: What hints call settings.
    init(
        _ response: HTTPClient.Response,
        hiding secrets: Secrets = Secrets(),
        names: OTLPSettingNames = .variables
    ) {
        guard !(200...299).contains(response.status) else {
            self = Self.success(response, secrets)
            return
        }
        var problem = ExportProblem(
            failure: .status(response.status),
            reason: Self.message(response, secrets),
            hint: Self.hint(response.status, names)
        )
        if response.status == 400, response.isPlain, Self.isByTLSServer(response) {
            problem.hint = "Does the receiver speak TLS on this port? Then the endpoint begins with https://"
        }
        if problem.isRequestTooLarge {
            problem.hint = "The receiver limits the size of a request: raise its max_request_body_size"
        }
        self = .failure(problem, Retry(status: response.status, retryAfter: response.retryAfter))
    }

    /// Classifies the lack of a response.
    init(_ error: TransportError) {
        let failure: ExportOutcome.Failure =
            switch error.kind {
            case .timedOut: .timeout
            case .responseTooLarge: .tooLarge
            case .cancelled: .cancelled
            case .permanent, .retryable: .transport
            }
        let problem = ExportProblem(failure: failure, reason: error.reason, hint: error.hint, cause: error.cause)
        self = .failure(problem, Retry(error.kind))
    }

    private static func success(_ response: HTTPClient.Response, _ secrets: Secrets) -> ResponseClassification {
        if let interruption = response.interruption {
            let warning = "it is not known whether it rejected any, because its answer broke off: \(interruption)"
            return .success(status: response.status, warning: warning)
        }
        // A receiver that answers with plain text has accepted the metrics all the same.
        guard isProtobuf(response) else { return .success(status: response.status, warning: nil) }
        guard let decoded = try? ExportResponse.decode(response.body) else {
            return .success(
                status: response.status,
                warning: "the receiver's answer is not an ExportMetricsServiceResponse"
            )
        }
        let message = secrets.hidden(in: decoded.errorMessage).printable()
        let rejected = decoded.rejectedDataPoints
        if rejected > 0 {
            return .partialSuccess(status: response.status, rejected: rejected, message: message)
        }
        return .success(status: response.status, warning: message.isEmpty ? nil : message)
    }

    /// "HTTP 503", and the reason that the receiver gives.
    private static func message(_ response: HTTPClient.Response, _ secrets: Secrets) -> String {
        var text = ""
        if isProtobuf(response) {
            text = (try? RPCStatus.decode(response.body))?.message ?? ""
        } else if response.contentType?.lowercased().hasPrefix("text/plain") == true {
            text = String(decoding: response.body.prefix(4096), as: UTF8.self)
        }
        // Hide secrets before the text is cut, or part of one could remain.
        text = secrets.hidden(in: text).trimmed.printable()
        return "HTTP \(response.status)" + (text.isEmpty ? "" : ": \(text)")
    }

    private static func isProtobuf(_ response: HTTPClient.Response) -> Bool {
        let type = response.contentType?.prefix { $0 != ";" }.trimmed.lowercased()
        return type == "application/x-protobuf" || type == "application/protobuf"
    }

    /// Whether a TLS server answered our plain HTTP.
    ///
    /// nginx and Apache say so in the body; Go sends no `Content-Type` and may reset the connection before the body
    /// arrives.
    private static func isByTLSServer(_ response: HTTPClient.Response) -> Bool {
        response.contentType == nil || String(decoding: response.body.prefix(4096), as: UTF8.self).contains("HTTPS")
    }

    private static func hint(_ status: Int, _ names: OTLPSettingNames) -> String? {
        switch status {
        case 300...399:
            "Redirects are not followed: set \(names.endpoint) to where this one leads"
        case 401, 403:
            "Check the credentials in \(names.headers)"
        case 404, 405:
            names.exactEndpoint.map { exact in
                "Check the path: v1/metrics is appended to \(names.endpoint), while \(exact) is used as it is"
            } ?? "Check the path: \(names.endpoint) is used as it is, and most receivers want /v1/metrics"
        case 407:
            ProxySettings.credentialsHint
        case 415:
            "Is this a receiver of OTLP over HTTP with protobuf?"
        default: nil
        }
    }
}
