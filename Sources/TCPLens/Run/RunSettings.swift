import Export
import Metrics
import Probes

/// What `tcplens run` was told, by options and by the environment.
struct RunSettings: Equatable {
    /// Where metrics can go.
    enum ExporterKind: String, Equatable {
        /// A receiver of OTLP over HTTP.
        case otlp
        /// Standard output.
        case console
        /// Nowhere.
        case none
    }

    /// How often to collect and export.
    var interval: Duration
    /// Where the metrics go.
    var exporters: [ExporterKind]
    /// How OTLP is sent.
    var otlp: OTLPConfiguration
    /// What to observe, and in which form.
    var probes: TCPProbes.Options
    /// What was ignored, and why; for the log.
    var warnings: [String]

    /// What the options of the command line say; `nil` where they say nothing.
    struct Options: Equatable {
        /// How often to collect and export.
        var interval: Duration?
        /// Whose connections to observe.
        var scope = ObservationScope.own
        /// The attributes to split by, with commas between.
        var attributes: String?
        /// The most series of a metric.
        var cardinalityLimit: Int?
        /// Whether to measure response times.
        var responseTime = false
    }

    /// Reads the settings: an option goes before its variable, and that before the default.
    ///
    /// - Throws: ``Failure`` when they can't be followed.
    init(_ options: Options = Options(), environment: [String: String]) throws(Failure) {
        let interval = options.interval
        if let interval, interval < .milliseconds(1) {
            throw Failure(usage: "--interval must be more than 0, as 10s or 500ms")
        }
        var reader = EnvironmentReader(environment)
        probes = try Self.probes(options, &reader)
        // Both the range and the default are the specification's, but for 0, which would never let the machine rest.
        let variable = reader.milliseconds("OTEL_METRIC_EXPORT_INTERVAL", in: 1...Int(Int32.max))
        self.interval = interval ?? variable ?? .seconds(60)
        exporters = Self.exporters(&reader)
        do {
            otlp = try OTLPConfiguration(&reader)
        } catch {
            throw Failure(usage: "\(error)")
        }
        warnings = reader.warnings
    }

    private static func probes(
        _ options: Options,
        _ reader: inout EnvironmentReader
    ) throws(Failure) -> TCPProbes.Options {
        var probes = TCPProbes.Options(scope: options.scope)
        probes.histograms =
            reader.choice(
                "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
                from: [
                    HistogramAggregation.explicitBuckets.rawValue: .explicitBuckets,
                    HistogramAggregation.exponential.rawValue: .exponential,
                ]
            ) ?? .explicitBuckets
        if let limit = options.cardinalityLimit, limit < minimumCardinalityLimit {
            throw Failure(usage: "--cardinality-limit must be \(minimumCardinalityLimit) or more")
        }
        let variable = reader.integer("TCPLENS_CARDINALITY_LIMIT", in: minimumCardinalityLimit...Int(Int32.max))
        probes.cardinalityLimit = options.cardinalityLimit ?? variable ?? probes.cardinalityLimit
        probes.responseTime = options.responseTime || reader.bool("TCPLENS_RESPONSE_TIME") == true
        if let names = options.attributes {
            probes.ports = try ports(names, from: "--attributes")
        } else if let setting = reader.setting("TCPLENS_ATTRIBUTES") {
            probes.ports = try ports(setting.value, from: setting.name)
        }
        return probes
    }

    /// As many series as the count of connections has without ports: less would hide states.
    private static let minimumCardinalityLimit = 20

    private static func ports(_ names: String, from setting: String) throws(Failure) -> Set<PortAttribute> {
        var ports: Set<PortAttribute> = []
        for name in names.split(separator: ",") {
            guard let port = PortAttribute(rawValue: String(name.filter { !$0.isWhitespace })) else {
                let known = PortAttribute.allCases.map(\.rawValue).joined(separator: " and ")
                throw Failure(usage: "\(setting): '\(name)' is none of the attributes that can be asked for: \(known)")
            }
            ports.insert(port)
        }
        return ports
    }

    private static func exporters(_ reader: inout EnvironmentReader) -> [ExporterKind] {
        guard let setting = reader.setting("OTEL_METRICS_EXPORTER") else { return [.otlp] }
        var kinds: [ExporterKind] = []
        for name in setting.value.split(separator: ",") {
            let name = name.lowercased().filter { !$0.isWhitespace }
            if let kind = ExporterKind(rawValue: name) {
                kinds.append(kind)
            } else {
                reader.warn("OTEL_METRICS_EXPORTER: '\(name)' is ignored: expected otlp, console or none")
            }
        }
        // "none" means no exporter at all, whatever stands beside it.
        return kinds.isEmpty ? [.otlp] : kinds.contains(.none) ? [] : kinds
    }
}
