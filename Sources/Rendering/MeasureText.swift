/// Measurements for people, in the unit that fits their size: `430us`, `1.5KiB`, `0.25`.
package enum MeasureText {
    /// The length of UCUM's units of time in seconds.
    private static let seconds: [String: Double] = [
        "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60, "h": 3600, "d": 86_400,
    ]

    /// The text of a value in a unit of UCUM; units other than those of time and bytes are written unchanged.
    package static func text(_ value: Double, unit: String) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf" }
        guard value >= 0 else { return "-" + text(-value, unit: unit) }
        if let second = seconds[unit] { return duration(value * second) }
        return unit == "By" ? bytes(value) : number(value)
    }

    private static func duration(_ seconds: Double) -> String {
        let nanoseconds = seconds * 1e9
        guard nanoseconds > 0 else { return "0s" }
        guard nanoseconds >= 999.5 else { return number(nanoseconds) + "ns" }
        return nanoseconds < 0x1p63 ? DurationText.text(UInt64(nanoseconds.rounded())) : number(seconds) + "s"
    }

    private static func bytes(_ value: Double) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var (scaled, index) = (value, 0)
        while scaled >= 1024, index < units.count - 1 {
            scaled /= 1024
            index += 1
        }
        return number(scaled) + units[index]
    }

    /// Three significant digits, without trailing zeros.
    package static func number(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        guard value >= 1e-4, value < 1e15 else {
            // `description` has all digits; three are enough.
            let text = "\(value)"
            guard let exponent = text.firstIndex(of: "e") else { return text }
            return String(text[..<exponent].prefix(4) + text[exponent...])
        }
        guard value < 1000 else { return "\(Int64(value.rounded()))" }
        var factor = 1.0
        while value * factor < 100 { factor *= 10 }
        let rounded = (value * factor).rounded() / factor
        return rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)"
    }
}
