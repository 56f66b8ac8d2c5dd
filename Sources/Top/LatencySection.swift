internal import Metrics
internal import Rendering

/// The durations of handshakes, and round-trip times.
struct LatencySection {
    private static let labelWidth = 12
    private static let width = 7
    private static let quantiles: KeyValuePairs<String, Double> = ["P50": 0.5, "P95": 0.95, "P99": 0.99]

    private let model: TopModel

    /// Creates a table of the quantiles in `model`.
    init(_ model: TopModel) {
        self.model = model
    }

    /// The table.
    var lines: [StyledLine] {
        let window = "LAST \(IntervalText.text(max(TopModel.window, model.windowLength)))".padded(to: Self.labelWidth)
        let names = (Self.quantiles.map(\.key) + ["COUNT"]).map { $0.padded(to: Self.width, left: true) }
        return [
            StyledLine(window + names.joined(), .dim), line("handshake", model.handshakes),
            line("round trip", model.roundTrips),
        ]
    }

    private func line(_ label: String, _ counts: Distribution) -> StyledLine {
        var line = StyledLine(label.padded(to: Self.labelWidth))
        for quantile in Self.quantiles {
            let seconds = counts.quantile(quantile.value)
            let text = seconds.map { DurationText.text(UInt64(clamping: Int64(min($0, 1e9) * 1e9))) } ?? "-"
            line.append(text.padded(to: Self.width, left: true), seconds == nil ? .dim : .bold)
        }
        line.append(CountText.count(counts.count).padded(to: Self.width, left: true), .dim)
        return line
    }
}
