package import Configuration
package import Metrics
internal import System

/// How metrics are sent to a receiver of OTLP over HTTP.
///
/// The variables are those of the OpenTelemetry specification, `protocol/exporter.md`; of each the one with `METRICS_` in
/// its name goes before the general one.
package struct OTLPConfiguration: Hashable, Sendable {
    /// What is done to the body of a request.
    package enum Compression: String, Hashable, Sendable {
        /// Nothing.
        case none
        /// `Content-Encoding: gzip`.
        case gzip
    }

    /// Where to.
    package var endpoint: OTLPEndpoint
    /// What to add to each request.
    package var headers: [OTLPHeader]
    /// Whether to compress.
    package var compression: Compression
    /// How long an export may take with all its attempts; nil is no limit.
    package var timeout: Duration?
    /// The file of the certificates (PEM) to trust instead of the system's.
    package var certificate: String?
    /// The file of the key (PEM) of ``clientCertificate``.
    package var clientKey: String?
    /// The file of the certificate (PEM) to show to the receiver.
    package var clientCertificate: String?
    /// Which temporality the points have that are sent.
    package var temporality = TemporalityPreference.cumulative
    /// The form that distributions have.
    package var histograms = HistogramAggregation.explicitBuckets
    /// The greatest size of a request in bytes, before compression; more is sent as several requests.
    ///
    /// The default is what a Collector takes unless told otherwise (`max_request_body_size` of its HTTP server); 0 is no
    /// limit.
    package var requestLimit = 20 * 1024 * 1024
    /// The greatest size of a response in bytes, after decompression (OTLP specification, "OTLP/HTTP Response"); 0 is
    /// no limit.
    package var responseLimit = 4 * 1024 * 1024
    /// How many bytes of requests are kept while the receiver is away; the oldest go first.
    package var queueLimit = 16 * 1024 * 1024
    /// The directory to keep waiting requests in, so that they outlive the process; nil keeps them in memory.
    package var spool: String?
    /// How many bytes of requests are kept there; the oldest go first.
    package var spoolLimit = 256 * 1024 * 1024
    /// What the smallest request takes there, in bytes.
    package static let smallestSpool = SpoolDirectory.blockSize
    /// How long an export may hold up who asked for it; what has not arrived by then goes on being sent.
    ///
    /// Nil is as long as ``timeout``, which is also the most.
    package var patience: Duration?

    /// How long a kept connection may have been idle to be used again.
    ///
    /// A Collector closes idle ones after 60 s: do not be the one who sends in that very moment.
    var longestIdle = Duration.seconds(50)
    /// How long a connection may be used at most, in whole seconds.
    ///
    /// One that is busy would stay where it is for ever, also when the name stands for another address by now, or a
    /// load balancer has more receivers. At the default interval each export has a connection of its own anyway, as
    /// it was idle for too long; a minute makes that the rule.
    package var longestLife = Duration.seconds(60)
    /// Through which proxy to go; nil is libcurl's own reading of the process's environment.
    package var proxy: ProxySettings?

    /// Creates the specification's default configuration for `endpoint`.
    package init(endpoint: OTLPEndpoint) {
        self.endpoint = endpoint
        headers = []
        compression = .none
        timeout = .seconds(10)
    }

    /// Reads the configuration; what was ignored on the way is in the reader's warnings.
    ///
    /// - Throws: ``ConfigurationError`` when the endpoint or the proxy is no URL that can be used.
    package init(_ environment: inout EnvironmentReader) throws(ConfigurationError) {
        endpoint = try OTLPEndpoint(environment)
        let proxy = try ProxySettings(environment, for: endpoint)
        for warning in proxy.warnings {
            environment.warn(warning)
        }
        self.proxy = proxy
        headers = Self.headers(&environment)
        compression =
            environment.choice(
                "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION",
                "OTEL_EXPORTER_OTLP_COMPRESSION",
                from: ["none": .none, "gzip": .gzip]
            ) ?? .none
        // The default of 10 s and the meaning of 0 are the specification's.
        let timeout = environment.milliseconds("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
        self.timeout = timeout == .zero ? nil : timeout ?? .seconds(10)
        certificate =
            environment.setting("OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE")?.value
        let key = environment.setting("OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY")
        let shown = environment.setting(
            "OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE",
            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"
        )
        clientKey = key?.value
        clientCertificate = shown?.value
        if (key == nil) != (shown == nil), let alone = key ?? shown {
            environment.warn("\(alone.name) is set alone: a client certificate and its key belong together")
        }
        temporality =
            environment.choice(
                "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
                from: [
                    TemporalityPreference.cumulative.rawValue: .cumulative,
                    TemporalityPreference.delta.rawValue: .delta,
                    TemporalityPreference.lowMemory.rawValue: .lowMemory,
                ]
            ) ?? .cumulative
        histograms =
            environment.choice(
                "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
                from: [
                    HistogramAggregation.explicitBuckets.rawValue: .explicitBuckets,
                    HistogramAggregation.exponential.rawValue: .exponential,
                ]
            ) ?? .explicitBuckets
        Self.checkProtocol(&environment)
    }

    private static func headers(_ environment: inout EnvironmentReader) -> [OTLPHeader] {
        // The specific list replaces the general one; they are not merged.
        guard
            let setting = environment.setting("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
        else { return [] }
        return OTLPHeader.list(setting.value) { environment.warn("\(setting.name): entry \($0) is ignored: \($1)") }
    }

    private static func checkProtocol(_ environment: inout EnvironmentReader) {
        let setting = environment.setting("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
        guard let setting, setting.value.lowercased() != "http/protobuf" else { return }
        environment.warn(
            "\(setting.name)=\(setting.value.printable()) is ignored: tcplens speaks http/protobuf only "
                + "(port 4318 of a Collector, not 4317)"
        )
    }
}
