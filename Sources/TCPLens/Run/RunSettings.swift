import Export

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
    /// What was ignored, and why; for the log.
    var warnings: [String]

    /// Reads the settings: an option goes before its variable, and that before the default.
    ///
    /// - Throws: ``Failure`` when they can't be followed.
    init(interval: Duration?, environment: [String: String]) throws(Failure) {
        if let interval, interval < .milliseconds(1) {
            throw Failure(usage: "--interval must be more than 0, as 10s or 500ms")
        }
        var reader = EnvironmentReader(environment)
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
