/// Quotation marks around the values of variables, which are part of them.
///
/// A shell takes them away, docker's `--env-file` and a list under `environment` in compose do not, so people write
/// them there as they would in a shell. Nobody can tell for sure that they are not meant, so they stay; but they are
/// told.
enum QuotationMarks {
    /// What the names of variables begin with that `tcplens run` reads; not those of other signals and protocols.
    private static let prefixes = [
        "OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_PROMETHEUS_", "OTEL_METRIC", "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_SERVICE_NAME", "OTEL_SDK_DISABLED", "OTEL_LOG_LEVEL", "TCPLENS_",
    ]
    private static let others = ["OTEL_EXPORTER_OTLP_TRACES_", "OTEL_EXPORTER_OTLP_LOGS_"]
    /// What tcplens reads also with a configuration file that does not refer to it.
    private static let always = [
        SettingsSource.fileVariable, "K8S_NODE_NAME", "K8S_POD_NAME", "K8S_POD_UID", "K8S_NAMESPACE_NAME", "http_proxy",
        "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    ]
    private static let lists: Set = [
        "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_METRICS_EXPORTER", "TCPLENS_ATTRIBUTES", "no_proxy", "NO_PROXY",
    ]

    /// What is to be told of the variables of `environment`: one line each, which shows no value.
    ///
    /// - Parameters:
    ///   - environment: The variables.
    ///   - used: Those that a configuration file refers to; nil where there is none, and variables are the settings.
    /// - Returns: The lines, in the order of the names.
    static func warnings(in environment: [String: String], usedBy used: Set<String>? = nil) -> [String] {
        environment.sorted { $0.key < $1.key }.compactMap { name, value in
            let isRead =
                used?.contains(name)
                ?? (prefixes.contains(where: name.hasPrefix) && !others.contains(where: name.hasPrefix))
            guard isRead || always.contains(name), let place = place(in: value, isList: lists.contains(name)) else {
                return nil
            }
            return "\(name) has quotation marks around \(place), and they are part of it: leave them out, "
                + "as docker's --env-file does not take them away"
        }
    }

    /// What of `text` stands in quotation marks; nil when nothing does.
    private static func place(in text: String, isList: Bool) -> String? {
        if surround(text) { return "its value" }
        guard isList else { return nil }
        let entries = text.split(separator: ",", omittingEmptySubsequences: false)
        let index = entries.firstIndex { entry in
            surround(entry) || entry.split(separator: "=", maxSplits: 1).contains(where: surround)
        }
        return index.map { "entry \($0 + 1)" }
    }

    /// Whether `text` begins with a quotation mark and ends with its like.
    private static func surround(_ text: some StringProtocol) -> Bool {
        let marks: KeyValuePairs<Character, Character> = ["\"": "\"", "'": "'", "`": "`", "“": "”", "‘": "’"]
        guard let first = text.first(where: { !$0.isWhitespace }), let last = text.last(where: { !$0.isWhitespace })
        else { return false }
        let count = text.count { !$0.isWhitespace }
        return count > 1 && marks.contains { $0.key == first && $0.value == last }
    }
}
