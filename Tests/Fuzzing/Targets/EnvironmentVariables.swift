import Resource

@testable import Settings

extension FuzzTarget {
    private static let variables = [
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_EXPORTER_OTLP_COMPRESSION", "OTEL_METRICS_EXPORTER", "OTEL_METRIC_EXPORT_INTERVAL",
        "OTEL_RESOURCE_ATTRIBUTES", "OTEL_SERVICE_NAME", "TCPLENS_SCOPE", "no_proxy", "http_proxy",
        "OTEL_EXPORTER_PROMETHEUS_HOST", "OTEL_EXPORTER_PROMETHEUS_PORT", "TCPLENS_OTLP_QUEUE_LIMIT",
    ]

    /// The environment: lines, of which each is a variable of ours, or any other; no trap, and no control character
    /// reaches the log.
    static let environment = FuzzTarget("environment") { bytes in
        var environment: [String: String] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            // A first byte below 32 chooses the variable; otherwise the line has its name.
            if let first = line.first, first < 32 {
                environment[variables[Int(first) % variables.count]] = String(decoding: line.dropFirst(), as: UTF8.self)
            } else {
                let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                let words = parts.map { String(decoding: $0, as: UTF8.self) }
                environment[words[0]] = words.last
            }
        }
        let settings = try RunSettings(environmentOf: Machine(environment: environment) { _ in nil })
        try check(settings.warnings)
    }

    private static func check(_ warnings: [String]) throws {
        let isPrintable = warnings.allSatisfy { text in
            text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f || $0 == "\n" }
        }
        try expect(isPrintable, "control characters are logged: \(warnings)")
    }
}
