import ArgumentParser

/// A length of time as people write it: `500us`, `20ms`, `10s`, `2m`, `1h`; a number alone is seconds.
struct DurationArgument: ExpressibleByArgument, Equatable {
    /// The length.
    var duration: Duration

    /// Creates an argument of `duration`.
    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        let units: KeyValuePairs<String, Double> = ["us": 0.000001, "ms": 0.001, "s": 1, "m": 60, "h": 3600]
        let unit = units.first { argument.hasSuffix($0.key) } ?? (key: "", value: 1)
        let digits = argument.dropLast(unit.key.count)
        // Only digits and a point: Double would also take `inf`, `nan` and `0x10`.
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }), let number = Double(digits) else {
            return nil
        }
        let seconds = number * unit.value
        guard seconds <= 1e9 else { return nil }
        duration = .microseconds(Int64((seconds * 1e6).rounded()))
    }

    var defaultValueDescription: String {
        "\(duration)"
    }
}
