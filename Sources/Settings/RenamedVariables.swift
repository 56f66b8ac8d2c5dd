import Configuration

/// Variables of earlier versions of OpenTelemetry, and names that people confuse with the right ones.
enum RenamedVariables {
    private static let successors: KeyValuePairs = [
        "OTEL_EXPERIMENTAL_CONFIG_FILE": "OTEL_CONFIG_FILE",
        "OTEL_CONFIG": "OTEL_CONFIG_FILE",
        "OTEL_IMR_EXPORT_INTERVAL": "OTEL_METRIC_EXPORT_INTERVAL",
        "OTEL_METRICS_EXPORT_INTERVAL": "OTEL_METRIC_EXPORT_INTERVAL",
        "OTEL_METRICS_EXPORT_TIMEOUT": "OTEL_METRIC_EXPORT_TIMEOUT",
        "OTEL_METRIC_EXPORTER": "OTEL_METRICS_EXPORTER",
        "OTEL_EXPORTER_OTLP_METRIC_ENDPOINT": "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        "OTEL_EXPORTER_OTLP_METRIC_HEADERS": "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
        "OTEL_EXPORTER_OTLP_METRIC_TIMEOUT": "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT",
        "OTEL_EXPORTER_OTLP_METRIC_COMPRESSION": "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION",
        "OTEL_EXPORTER_OTLP_METRIC_CERTIFICATE": "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE",
        "OTEL_EXPORTER_OTLP_METRIC_PROTOCOL": "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
    ]

    /// The warnings about the variables of `environment`, one line each.
    static func warnings(in environment: [String: String]) -> [String] {
        let reader = EnvironmentReader(environment)
        return successors.compactMap { old, new in
            guard reader.setting(old) != nil else { return nil }
            return "\(old) is ignored: the variable is called \(new)"
        }
    }
}
