package import CommandSupport
import Configuration
import OTLPExport
import Resource
import System

/// Asks a backend in PromQL.
package final class BackendClient {
    /// The path of instant queries below the URL of a backend.
    package static let path = "api/v1/query"

    private let client: FormClient
    /// The URL without secrets.
    let url: String
    private let timeout: Duration

    /// Creates a client; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - url: The URL of the backend, to which `api/v1/query` is appended.
    ///   - environment: Variables with headers, certificates and proxies.
    ///   - timeout: The time for an answer.
    ///   - warn: Receives what is wrong with variables that are ignored.
    /// - Throws: ``Failure`` if the URL or a variable is not usable.
    package init(
        _ url: String,
        environment: [String: String],
        timeout: Duration = .seconds(30),
        warn: (String) -> Void = { _ in }
    ) throws(Failure) {
        do throws(ConfigurationError) {
            let endpoint = try OTLPEndpoint(base: url, appending: Self.path, from: "--backend")
            self.url = try OTLPEndpoint(url: url, from: "--backend").description.droppingSlash
            self.timeout = timeout
            let configuration = try Self.configuration(endpoint, environment, warn)
            do throws(TransportError) {
                client = try FormClient(configuration, userAgent: "\(Program.name)/\(Program.version)")
            } catch {
                throw ConfigurationError(variable: "--backend", value: endpoint.description, reason: error.reason)
            }
        } catch {
            let reason = error.reason.replacing("http://localhost:4318", with: "http://localhost:9090")
            throw Failure(usage: "\(error.variable) \(error.value): \(reason)")
        }
    }

    private static func configuration(
        _ endpoint: OTLPEndpoint,
        _ environment: [String: String],
        _ warn: (String) -> Void
    ) throws(ConfigurationError) -> OTLPConfiguration {
        let reader = EnvironmentReader(environment)
        var configuration = OTLPConfiguration(endpoint: endpoint)
        configuration.proxy = try ProxySettings(reader, for: endpoint)
        configuration.proxy?.warnings.forEach(warn)
        configuration.names = names
        if let headers = reader.setting(names.headers) {
            configuration.headers = OTLPHeader.list(headers.value) { entry, reason in
                warn("\(names.headers): entry \(entry) is ignored: \(reason)")
            }
        }
        let fileGuard = FileGuard(environment)
        func file(_ variable: String) throws(ConfigurationError) -> String? {
            guard let path = reader.setting(variable)?.value else { return nil }
            guard let problem = fileGuard.problem(with: path) else { return path }
            throw ConfigurationError(variable: variable, value: path, reason: problem)
        }
        configuration.certificate = try file(names.certificate)
        configuration.clientCertificate = try file(names.clientCertificate)
        configuration.clientKey = try file(names.clientKey)
        configuration.responseLimit = 16 * 1024 * 1024
        return configuration
    }

    /// What hints call the settings.
    private static let names = OTLPSettingNames(
        endpoint: "--backend",
        headers: "TCPLENS_BACKEND_HEADERS",
        certificate: "TCPLENS_BACKEND_CERTIFICATE",
        clientCertificate: "TCPLENS_BACKEND_CLIENT_CERTIFICATE",
        clientKey: "TCPLENS_BACKEND_CLIENT_KEY",
        spool: ""
    )

    /// The values of an expression.
    ///
    /// - Parameters:
    ///   - query: The expression.
    ///   - time: The time in seconds since 1970; nil for the present time of the backend.
    /// - Returns: The rows.
    /// - Throws: ``Failure`` when there is no usable answer.
    func rows(_ query: String, at time: Double?) throws(Failure) -> [PromQLAnswer.Row] {
        // VictoriaMetrics would leave out the last 30 s without `nocache`, for which it waits until all have arrived.
        var fields = [(name: "query", value: query), ("nocache", "1"), ("timeout", "\(timeout.components.seconds)s")]
        if let time { fields.append(("time", "\(time)")) }
        let response: FormClient.Response
        do throws(TransportError) {
            response = try client.post(fields, timeout: timeout)
        } catch {
            throw Failure("\(url): \(error.reason)" + (hint(error).map { ". \($0)" } ?? ""))
        }
        if let interruption = response.interruption {
            throw Failure("\(url): the answer ended early: \(interruption)")
        }
        return try rows(response)
    }

    private func rows(_ response: FormClient.Response) throws(Failure) -> [PromQLAnswer.Row] {
        let answer = PromQLAnswer.read(response.body)
        if let answer, answer.status == "success", let data = answer.data, response.status == 200 {
            guard data.resultType == "vector" else {
                throw Failure(
                    "\(url): it answers with a \(data.resultType.printable(limit: 20)) where a vector was asked for"
                )
            }
            return data.result
        }
        switch response.status {
        case 401, 403:
            throw Failure(
                "\(url): it wants other credentials (status \(response.status)): put user and password into the URL, "
                    + "or a header into \(Self.names.headers), as in 'Authorization=Bearer%20TOKEN'"
            )
        case 300..<400:
            throw Failure("\(url): it points elsewhere (status \(response.status)): give the URL that it points to")
        case 429,
            503 where answer == nil:
            throw Failure("\(url): it is too busy (status \(response.status)): try again later")
        default: break
        }
        if let answer, let error = answer.error {
            throw Failure(
                "\(url): it refuses a query (\((answer.errorType ?? "error").printable())): \(error.printable())"
            )
        }
        throw Failure(
            "\(url): this is no PromQL API: no JSON of Prometheus at /\(Self.path), but status \(response.status)"
                + (response.contentType.map { " and \($0.printable(limit: 40))" } ?? "")
                + ". Give the URL below which there is /\(Self.path), such as http://localhost:9090 (Prometheus), "
                + "http://localhost:8428 (VictoriaMetrics) or http://localhost:9009/prometheus (Mimir)"
        )
    }

    private func hint(_ error: TransportError) -> String? {
        switch error.kind {
        case .timedOut: "Is it very busy? A shorter --since, or --host, asks for less"
        case .responseTooLarge: "Ask for less: --host or --service"
        case .retryable where error.hint?.contains("Collector") ?? true:
            "Is a backend listening there, such as Prometheus? --backend is its URL"
        case .permanent where error.hint?.contains("4317") ?? false:
            "4317 is usually the port of OTLP; Prometheus has 9090, and VictoriaMetrics 8428"
        default: error.hint
        }
    }
}

extension String {
    /// The text without a slash at its end.
    fileprivate var droppingSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
