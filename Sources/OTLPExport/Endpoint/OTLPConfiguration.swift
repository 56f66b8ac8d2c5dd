package import Configuration
package import Metrics
internal import System

/// How metrics are sent to an OTLP receiver over HTTP.
///
/// The variables are those of the OpenTelemetry specification, `protocol/exporter.md`. A variable with `METRICS_` in
/// its name takes precedence over the general one.
package struct OTLPConfiguration: Hashable, Sendable {
    /// The compression of a request's body.
    package enum Compression: String, CaseIterable, Hashable, Sendable {
        /// No compression.
        case none
        /// `Content-Encoding: gzip`.
        case gzip

        /// The choice for a receiver if the user makes none, as the specification allows: gzip over a network, where it
        /// makes requests several times smaller for little time (`docs/fleet.md`), but not on the same machine.
        package static func standard(for endpoint: OTLPEndpoint) -> Self {
            endpoint.isLoopback ? .none : .gzip
        }
    }

    /// The receiver.
    package var endpoint: OTLPEndpoint
    /// Headers to add to each request.
    package var headers: [OTLPHeader]
    /// Whether to compress.
    package var compression: Compression
    /// The time for an export with all its attempts; nil means no limit.
    package var timeout: Duration?
    /// The file of the certificates (PEM) to trust instead of the system's.
    package var certificate: String?
    /// The file of the key (PEM) of ``clientCertificate``.
    package var clientKey: String?
    /// The file of the certificate (PEM) to show to the receiver.
    package var clientCertificate: String?
    /// The files of ``certificate``, ``clientCertificate`` and ``clientKey``, as far as they are set.
    package var credentialFiles: [String] { [certificate, clientCertificate, clientKey].compactMap(\.self) }
    /// The temporality of the points that are sent.
    package var temporality = TemporalityPreference.cumulative
    /// The form of distributions.
    package var histograms = HistogramAggregation.explicitBuckets
    /// The greatest size of a request in bytes, before compression; more is sent as several requests.
    ///
    /// The default is the Collector's default (`max_request_body_size` of its HTTP server); 0 means no limit.
    package var requestLimit = 20 * 1024 * 1024
    /// The greatest size of a response in bytes, after decompression (OTLP specification, "OTLP/HTTP Response"); 0
    /// means no limit.
    package var responseLimit = 4 * 1024 * 1024
    /// The greatest number of bytes of requests that wait in memory; the oldest are dropped first.
    package var queueLimit = 16 * 1024 * 1024
    /// The directory of the spool, where waiting requests survive the end of the process; nil keeps them in memory.
    package var spool: String?
    /// The greatest number of bytes of requests in the spool; the oldest are dropped first.
    package var spoolLimit = 256 * 1024 * 1024
    /// The number of bytes that the smallest request takes in the spool.
    package static let smallestSpool = SpoolDirectory.blockSize
    /// The longest time that an export waits for its requests; those that have not arrived by then are sent later.
    ///
    /// Limited to ``timeout``, which is also the meaning of nil.
    package var waitLimit: Duration?

    /// The longest time that a kept connection may be idle.
    ///
    /// A Collector closes idle connections after 60 s. With a shorter limit we never send at that very moment.
    var longestIdle = Duration.seconds(50)
    /// The longest time that a connection is used, in whole seconds.
    ///
    /// A busy connection would never be renewed, even if the name resolves to another address by now, or a load
    /// balancer has more receivers. With the default interval each export uses a new connection anyway, because the old
    /// one was idle for too long. A minute extends that to shorter intervals.
    package var longestLife = Duration.seconds(60)
    /// The proxy; nil leaves it to libcurl, which reads the environment of the process.
    package var proxy: ProxySettings?
    /// What hints call these settings.
    package var names = OTLPSettingNames.variables

    /// Creates the specification's default configuration for `endpoint`.
    package init(endpoint: OTLPEndpoint) {
        self.endpoint = endpoint
        headers = []
        compression = .none
        timeout = .seconds(10)
    }

    /// Reads the configuration; settings that were ignored are in the reader's warnings.
    ///
    /// - Throws: ``ConfigurationError`` if the URL of the endpoint or the proxy is not usable.
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
                from: Choices<Compression>()
            ) ?? .standard(for: endpoint)
        // The specification defines the default of 10 s and the meaning of 0.
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
                from: Choices<TemporalityPreference>()
            ) ?? .cumulative
        histograms =
            environment.choice(
                "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
                from: Choices<HistogramAggregation>()
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
