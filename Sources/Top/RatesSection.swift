import Rendering

/// The rates of flows, with their trends.
struct RatesSection {
    private static let labelWidth = 12
    private static let rateWidth = 8

    private static let labels: KeyValuePairs<String, TopModel.Trend> = [
        "handshakes": .handshakes, "failed": .failures, "transitions": .transitions, "retransmits": .retransmits,
        "resets in": .resetsReceived, "resets out": .resetsSent, "bytes in": .bytesReceived, "bytes out": .bytesSent,
    ]

    private let model: TopModel
    private let interval: Duration

    /// Creates a table of the rates in `model`.
    init(_ model: TopModel, _ interval: Duration) {
        (self.model, self.interval) = (model, interval)
    }

    /// The heading of a column of charts: the time that they cover.
    static func trendName(_ interval: Duration, width: Int) -> String {
        width > 0 ? "LAST \(IntervalText.text(interval * Histories<Int>.capacity))" : ""
    }

    /// The table.
    func lines(width: Int, _ style: OutputStyle) -> [StyledLine] {
        let trendWidth = Sparkline.width(in: width - Self.labelWidth - Self.rateWidth - 1)
        let heading =
            "PER SECOND".padded(to: Self.labelWidth) + "NOW".padded(to: Self.rateWidth, left: true) + " "
            + Self.trendName(interval, width: trendWidth)
        var lines = [StyledLine(heading, .dim)]
        for (label, trend) in Self.labels {
            lines.append(line(label, trend, trendWidth, style))
            let reasons =
                switch trend {
                case .failures: model.recentFailures
                case .retransmits: model.recentRetransmits
                default: [] as [(name: String, count: UInt64)]
                }
            guard !reasons.isEmpty else { continue }
            let share = trend == .retransmits ? model.retransmitShare.map { "\(CountText.percent($0)): " } : nil
            lines.append(detail(share ?? "", reasons).clipped(to: width, style))
        }
        return lines
    }

    private func line(_ label: String, _ trend: TopModel.Trend, _ width: Int, _ style: OutputStyle) -> StyledLine {
        let isBad = trend == .failures
        var line = StyledLine(label.padded(to: Self.labelWidth))
        guard let rate = model.rates[trend] else {
            line.append("-".padded(to: Self.rateWidth, left: true), .dim)
            return line
        }
        line.append(
            CountText.rate(rate).padded(to: Self.rateWidth, left: true),
            rate > 0 ? isBad ? .red : .bold : .dim
        )
        let history = model.rateHistory[trend]
        let chart = Sparkline(values: history, sampleCount: model.rateHistory.sampleCount)
        line.append(" ")
        let isQuiet = !history.contains { $0 > 0 }
        line.append(
            chart.text(width: width, isUnicode: style.isUnicode),
            isQuiet ? .dim : isBad ? .red : .cyan
        )
        return line
    }

    /// The reasons, with their average rates within the window.
    private func detail(_ share: String, _ reasons: [(name: String, count: UInt64)]) -> StyledLine {
        let seconds = model.windowLength / .seconds(1)
        let texts = reasons.map { reason in
            "\(reason.name) \(CountText.rate(seconds > 0 ? Double(reason.count) / seconds : 0))"
        }
        return StyledLine("  " + share + texts.joined(separator: ", "), .dim)
    }
}
