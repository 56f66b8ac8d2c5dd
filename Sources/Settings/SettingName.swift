/// The names of a setting in each of its sources: hints name the one that a run uses.
package struct SettingName: Sendable {
    /// The option of the command line, if there is one.
    package var option: String?
    /// The variable of the environment, if there is one.
    package var variable: String?
    /// The path of its key in a configuration file.
    package var key: String

    /// Creates the names of a setting.
    private init(option: String? = nil, variable: String? = nil, key: String) {
        (self.option, self.variable, self.key) = (option, variable, key)
    }

    /// The name in the source that `settings` come from: a variable means nothing beside a file.
    package func text(for settings: RunSettings) -> String {
        let inSource = settings.file == nil ? variable : key
        return [option, inSource].compactMap(\.self).joined(separator: ", ")
    }

    /// Whether to do nothing at all.
    package static let disabled = SettingName(variable: "OTEL_SDK_DISABLED", key: "disabled")
    /// The longest that a collection and its exports may take.
    package static let timeout = SettingName(
        variable: "OTEL_METRIC_EXPORT_TIMEOUT",
        key: "meter_provider.readers.periodic.timeout"
    )
    /// Where the metrics go.
    package static let exporters = SettingName(variable: "OTEL_METRICS_EXPORTER", key: "meter_provider.readers")
    /// Where Prometheus finds the metrics.
    package static let prometheus = SettingName(
        variable: "OTEL_EXPORTER_PROMETHEUS_HOST, OTEL_EXPORTER_PROMETHEUS_PORT",
        key: "prometheus/development: host, port"
    )
    /// Where the agent answers whether it is live and ready.
    package static let health = SettingName(
        option: "--health",
        variable: "TCPLENS_HEALTH",
        key: "tcplens/development.health"
    )
}

extension ListenerPlan {
    /// The setting of its address.
    package var setting: SettingName {
        switch self {
        case .prometheus: .prometheus
        case .health: .health
        }
    }
}
