/// The names of a setting in each of its sources.
///
/// Hints use the name in the source that the run uses.
package struct SettingName: Sendable {
    /// The option of the command line with its dashes, if there is one.
    package var option: String?
    /// The variable of the environment, if there is one.
    package var variable: String?
    /// The path of its key in a configuration file, or enough of the path to find it.
    package var key: String

    /// Creates the names of a setting.
    init(option: String? = nil, variable: String? = nil, key: String) {
        (self.option, self.variable, self.key) = (option, variable, key)
    }

    /// The name in the source that `settings` come from: with a file, variables have no effect.
    package func text(for settings: RunSettings) -> String {
        let inSource = settings.file == nil ? variable : key
        return [option, inSource].compactMap(\.self).joined(separator: ", ")
    }

    /// The key in the section that it belongs to.
    var lastKey: String {
        String(key[(key.lastIndex(of: ".").map(key.index(after:)) ?? key.startIndex)...])
    }

    /// Where the metrics go.
    package static let exporters = SettingName(variable: "OTEL_METRICS_EXPORTER", key: "meter_provider.readers")
    /// Where Prometheus finds the metrics.
    package static let prometheus = SettingName(
        variable: "OTEL_EXPORTER_PROMETHEUS_HOST, OTEL_EXPORTER_PROMETHEUS_PORT",
        key: "prometheus/development: host, port"
    )
}

extension ListenerPlan {
    /// The setting of its address.
    package var setting: SettingName {
        switch self {
        case .prometheus: .prometheus
        case .health: RunSetting.health.name
        }
    }
}
