internal import PrometheusNames

/// Whose series a query is about, and over which time.
package struct QueryFrame: Hashable, Sendable {
    /// The labels that tell hosts or workloads apart, such as `job` and `instance`.
    package var identity: [String]
    /// Conditions in PromQL that each series must meet, such as `host_name="edge-7"`.
    package var matchers: [String]
    /// The range in PromQL, such as `5m`; it covers four intervals of collection at least.
    package var range: String
    /// The step of subqueries in PromQL: an interval of collection.
    package var step: String
    /// How long ago, in PromQL, such as `30m`; nil for now.
    package var offset: String?

    /// Creates a frame; the default is that of alerts at the default interval of 60 s.
    package init(
        identity: [String] = ["job", "instance"],
        matchers: [String] = [],
        range: String = "5m",
        step: String = "1m",
        offset: String? = nil
    ) {
        (self.identity, self.matchers, self.range, self.step, self.offset) = (identity, matchers, range, step, offset)
    }
}

extension Signal {
    /// The signal as an expression of PromQL, a series for each group.
    package func promQL(_ frame: QueryFrame) -> String {
        switch self {
        case .sum(let selector):
            "sum by (\(selector.labels(frame))) (\(selector.series(frame))\(frame.shift))"
        case .peak(let selector):
            "max by (\(selector.labels(frame))) (max_over_time(\(selector.series(frame))[\(frame.range)]\(frame.shift)))"
        case .lasting(let selector):
            "min_over_time(sum by (\(selector.labels(frame))) "
                + "(\(selector.series(frame)))[\(frame.range):\(frame.step)]\(frame.shift))"
        case .rate(let selector):
            "sum by (\(selector.labels(frame))) (rate(\(selector.series(frame))[\(frame.range)]\(frame.shift)))"
        case .quantile(let quantile, let selector):
            "histogram_quantile(\(quantile), sum by (\(selector.labels(frame)), le) "
                + "(rate(\(selector.series(frame, suffix: "_bucket"))[\(frame.range)]\(frame.shift))))"
        case .share(let part, let whole):
            "\(part.promQL(frame)) \(division(frame, whole)) \(whole.promQL(frame))"
        }
    }

    /// `/`, with how series are matched if the first signal has more groups than the second.
    private func division(_ frame: QueryFrame, _ whole: Signal) -> String {
        guard groups != whole.groups else { return "/" }
        let common = frame.identity + whole.groups.map(PrometheusName.label)
        return "/ on (\(common.joined(separator: ", "))) group_left ()"
    }
}

extension Selector {
    /// The labels of the groups, those of the resource first.
    fileprivate func labels(_ frame: QueryFrame) -> String {
        (frame.identity + groups.map(PrometheusName.label)).joined(separator: ", ")
    }

    /// The selector in PromQL.
    fileprivate func series(_ frame: QueryFrame, suffix: String = "") -> String {
        let conditions = frame.matchers + matches.map { PrometheusName.label($0.key) + $0.match.promQL }
        return prometheus.samples + suffix + (conditions.isEmpty ? "" : "{\(conditions.joined(separator: ", "))}")
    }
}

extension Selector.Match {
    fileprivate var promQL: String {
        switch self {
        case .equal(let text): "=\"\(text)\""
        case .oneOf(let texts): "=~\"\(texts.joined(separator: "|"))\""
        case .present: "!=\"\""
        case .noneOf(let texts): "!~\"\(texts.joined(separator: "|"))\""
        }
    }
}

extension Finding {
    /// The labels that tell its groups apart, besides those of the host or workload.
    package var labels: [String] { checks.first?.signal.groups.map(PrometheusName.label) ?? [] }
}

extension QueryFrame {
    fileprivate var shift: String { offset.map { " offset \($0)" } ?? "" }
}
