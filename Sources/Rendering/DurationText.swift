/// Durations for people, in six characters or fewer: three digits and a unit.
package enum DurationText {
    /// The text of a duration in nanoseconds, such as `430us`, `1.25s` or `38m`.
    package static func text(_ nanoseconds: UInt64) -> String {
        let units: KeyValuePairs<String, Double> = ["us": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9]
        let limits: [Double] = [1e3, 1e3, 100, 100, .infinity]
        let value = Double(nanoseconds)
        for (unit, limit) in zip(units, limits) where (value / unit.value).rounded() < limit {
            let scaled = value / unit.value
            let decimals = unit.key == "us" || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2
            let factor = [1, 10, 100][decimals]
            let rounded = Int((scaled * Double(factor)).rounded())
            let fraction = decimals == 0 ? "" : ".\((rounded % factor).padded(to: decimals))"
            return "\(rounded / factor)\(fraction)\(unit.key)"
        }
        return "\(nanoseconds)"
    }
}
