/// Translates names of OpenTelemetry for Prometheus.
///
/// The rules are those of the OpenTelemetry specification, `compatibility/prometheus_and_openmetrics.md`, "OTLP Metric
/// points to Prometheus".
package enum PrometheusName {
    /// The name of a metric in Prometheus' character set, without suffixes.
    package static func metric(_ name: String) -> String {
        let name = plain(name) { $0 == ":" }
        return name.first?.isNumber == true ? "_" + name : name
    }

    /// The name of a label.
    ///
    /// A leading digit gets a prefix, as in the Collector. The prefix can't be `_`, because label names that begin with
    /// it belong to Prometheus.
    package static func label(_ key: String) -> String {
        let name = plain(key) { _ in false }
        return name.first?.isNumber == true ? "key_" + name : name
    }

    /// Prometheus' word for a unit of UCUM; nil for a count, which has no unit in Prometheus.
    package static func unit(_ unit: String) -> String? {
        let parts = unit.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(withoutAnnotations)
        let word = parts.first.map { units[$0] ?? plain($0) { _ in false } } ?? ""
        let divisor = parts.count == 2 ? divisors[parts[1]] ?? plain(parts[1]) { _ in false } : ""
        let words = [word == "1" ? "" : word, divisor.isEmpty ? "" : "per_\(divisor)"].filter { !$0.isEmpty }
        return words.isEmpty ? nil : words.joined(separator: "_")
    }

    /// Replaces everything but ASCII letters, digits and `extra` with `_`, and never writes two `_` in a row.
    private static func plain(_ text: String, _ extra: (Unicode.Scalar) -> Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            if isPlain || extra(scalar) {
                result.append(scalar)
            } else if result.last != "_" {
                result.append("_")
            }
        }
        return result.isEmpty ? "_" : String(result)
    }

    /// A unit without annotations in braces, which only say what is counted.
    private static func withoutAnnotations(_ unit: Substring) -> String {
        var depth = 0
        var result = ""
        for character in unit {
            if character == "{" { depth += 1 }
            if depth == 0 { result.append(character) }
            if character == "}" { depth = max(0, depth - 1) }
        }
        return result
    }

    private static let units = [
        "": "", "1": "1",
        "d": "days", "h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds",
        "ns": "nanoseconds",
        "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes", "TiBy": "tibibytes",
        "KBy": "kilobytes", "MBy": "megabytes", "GBy": "gigabytes", "TBy": "terabytes",
        "m": "meters", "V": "volts", "A": "amperes", "J": "joules", "W": "watts", "g": "grams", "Cel": "celsius",
        "Hz": "hertz", "%": "percent",
    ]

    private static let divisors = [
        "": "", "s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year",
    ]
}
