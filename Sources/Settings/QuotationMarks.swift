import System

/// Finds quotation marks around the values of variables, where they are part of the value.
///
/// A shell removes them. Docker's `--env-file` and a list under `environment` in compose do not, so people write them
/// there like in a shell. They may be intended, so they stay, but there is a warning.
enum QuotationMarks {
    /// The beginnings of the names of the variables that `tcplens run` reads, except ``others``.
    private static let prefixes = [
        "OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_PROMETHEUS_", "OTEL_METRIC", "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_SERVICE_NAME", "OTEL_SDK_DISABLED", "OTEL_LOG_LEVEL", "TCPLENS_",
    ]
    /// The beginnings of those that belong to other signals.
    private static let others = ["OTEL_EXPORTER_OTLP_TRACES_", "OTEL_EXPORTER_OTLP_LOGS_"]
    /// The variables that tcplens reads even with a configuration file that does not refer to them.
    private static let always = [
        SettingsSource.fileVariable, "K8S_NODE_NAME", "K8S_POD_NAME", "K8S_POD_UID", "K8S_NAMESPACE_NAME", "http_proxy",
        "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    ]
    /// The variables whose values are lists.
    private static let lists: Set = [
        "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_METRICS_EXPORTER", "TCPLENS_ATTRIBUTES", "no_proxy", "NO_PROXY",
    ]

    /// The warnings about the variables of `environment`: one line each, which shows no value.
    ///
    /// - Parameters:
    ///   - environment: The variables.
    ///   - used: Those that a configuration file refers to; nil if there is no file and the variables are the settings.
    /// - Returns: The lines, in the order of the names.
    static func warnings(in environment: [String: String], usedBy used: Set<String>? = nil) -> [String] {
        environment.sorted { $0.key < $1.key }.compactMap { name, value in
            let isRead =
                used?.contains(name)
                ?? (prefixes.contains(where: name.hasPrefix) && !others.contains(where: name.hasPrefix))
            guard isRead || always.contains(name), let place = place(in: value, isList: lists.contains(name)) else {
                return nil
            }
            // Anything may follow a prefix.
            return "\(name.printable()) has quotation marks around \(place), and they are part of it: leave them out, "
                + "as docker's --env-file does not take them away"
        }
    }

    /// Which part of `text` has quotation marks around it; nil if none has.
    private static func place(in text: String, isList: Bool) -> String? {
        if surround(text) { return "its value" }
        guard isList else { return nil }
        let entries = text.split(separator: ",", omittingEmptySubsequences: false)
        let index = entries.firstIndex { entry in
            surround(entry) || entry.split(separator: "=", maxSplits: 1).contains(where: surround)
        }
        return index.map { "entry \($0 + 1)" }
    }

    /// Whether `text` begins with a quotation mark and ends with the matching one.
    private static func surround(_ text: some StringProtocol) -> Bool {
        let marks: KeyValuePairs<Character, Character> = ["\"": "\"", "'": "'", "`": "`", "“": "”", "‘": "’"]
        guard let first = text.first(where: { !$0.isWhitespace }), let last = text.last(where: { !$0.isWhitespace })
        else { return false }
        let count = text.count { !$0.isWhitespace }
        return count > 1 && marks.contains { $0.key == first && $0.value == last }
    }
}
