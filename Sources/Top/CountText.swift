/// Short texts for counts and rates.
enum CountText {
    /// A count, with all digits if there are at most five: `218`, `99999`, `123k`, `4.2M`.
    static func count(_ count: UInt64) -> String {
        count < 100_000 ? "\(count)" : scaled(Double(count))
    }

    /// A count of things: `1 handshake`, `31 handshakes`.
    static func count(_ count: UInt64, of thing: String) -> String {
        "\(self.count(count)) \(thing)\(count == 1 ? "" : "s")"
    }

    /// A rate: `0`, `0.3`, `12.0`, `218`, `12.3k`.
    ///
    /// Only a rate of zero is shown as zero.
    static func rate(_ rate: Double) -> String {
        switch rate {
        case ...0: "0"
        case ..<0.05: "<0.1"
        case ..<99.95: decimal(rate)
        case ..<9_999.5: "\(Int(rate.rounded()))"
        default: scaled(rate)
        }
    }

    /// A fraction from 0 to 1, as a percentage: `0.3%`, `12%`.
    static func percent(_ share: Double) -> String {
        let percent = min(max(share, 0), 10) * 100
        return (percent < 9.95 ? rate(percent) : "\(Int(percent.rounded()))") + "%"
    }

    private static func scaled(_ value: Double) -> String {
        let units: KeyValuePairs<String, Double> = ["k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18]
        for (unit, size) in units where value / size < 999.5 {
            let scaled = value / size
            return (scaled < 99.95 ? decimal(scaled) : "\(Int(scaled.rounded()))") + unit
        }
        return ">1Z"
    }

    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
