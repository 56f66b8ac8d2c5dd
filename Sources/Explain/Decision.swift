import Catalogue
import Findings
import PrometheusNames

/// Decides which findings hold.
struct Decision {
    private let source: any SignalSource

    init(_ source: any SignalSource) {
        self.source = source
    }

    /// The findings of `table` that hold, causes first, each for each of its groups, the worst group first.
    func found(in table: [Finding]) throws -> [Explanation.Found] {
        var all: [Explanation.Found] = []
        for finding in table {
            for (labels, values) in try groups(of: finding) {
                all.append(
                    Explanation.Found(
                        finding: finding,
                        place: source.place(of: labels),
                        labels: labels,
                        evidence: try values + finding.evidence.flatMap { try evidence($0, for: labels) },
                        follows: []
                    )
                )
            }
        }
        return try Ranking(source).ranked(all)
    }

    /// The groups for which all conditions hold, with the values of these.
    private func groups(of finding: Finding) throws -> [(labels: [String: String], values: [Explanation.Value])] {
        var groups: [[String: String]: [Explanation.Value]]?
        for check in finding.checks {
            if let groups, groups.isEmpty { return [] }
            let samples = try source.values(of: check.signal, above: check.threshold, for: finding.patience).filter {
                sample in
                guard sample.value > check.threshold, sample.value.isFinite else { return false }
                return groups.map { $0[sample.labels] != nil } ?? true
            }
            let usual = samples.isEmpty ? [] : try source.usual(check.signal)
            let baselines = usual.reduce(into: [:]) { $0[$1.labels] = $1.value }
            var holding: [[String: String]: [Explanation.Value]] = [:]
            for sample in samples {
                let baseline = baselines[sample.labels] ?? zero(check.signal, sample.labels)
                guard check.holds(sample.value, usually: baseline) else { continue }
                let value = Explanation.Value(check, sample.value, usually: baseline)
                holding[sample.labels] = (groups?[sample.labels] ?? []) + [value]
            }
            groups = holding
        }
        return (groups ?? [:]).map { (labels: $0.key, values: $0.value) }.sorted { left, right in
            let (excess, other) = (left.values[0].excess, right.values[0].excess)
            return excess != other ? excess > other : left.labels.description < right.labels.description
        }
    }

    /// The usual value of a group that did not exist while its host did: nothing happened, and nothing was there.
    ///
    /// A quantile of nothing is not zero.
    private func zero(_ signal: Signal, _ labels: [String: String]) -> Double? {
        switch signal {
        case .quantile: nil
        case .share(let part, _): zero(part, labels)
        case .sum, .peak, .lasting, .rate: source.hasBaseline(labels) ? 0 : nil
        }
    }

    /// The values of a signal for what agrees with a group, the greatest first.
    private func evidence(_ evidence: Finding.Evidence, for labels: [String: String]) throws -> [Explanation.Value] {
        let samples = try source.values(of: evidence.signal).filter {
            $0.labels.agrees(with: labels) && $0.value.isFinite
        }
        let usual = samples.isEmpty ? [] : try source.usual(evidence.signal)
        let baselines = usual.reduce(into: [:]) { $0[$1.labels] = $1.value }
        return samples.sorted { $0.value > $1.value }.prefix(3).filter { $0.value > 0 || samples.count == 1 }.map {
            sample in
            let baseline = baselines[sample.labels] ?? zero(evidence.signal, sample.labels)
            return Explanation.Value(
                title: evidence.title,
                metrics: evidence.signal.selectors.map(\.metric).unique,
                labels: sample.labels.filter { labels[$0.key] == nil },
                measure: evidence.measure,
                now: sample.value,
                baseline: baseline,
                factor: baseline.flatMap { $0 > 0 ? sample.value / $0 : nil }
            )
        }
    }
}

extension Finding.Check {
    /// Whether the condition holds.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - baseline: What is usual; nil if that is not known.
    /// - Returns: Whether the value is above the threshold, and far enough above what is usual.
    func holds(_ value: Double, usually baseline: Double?) -> Bool {
        guard value > threshold else { return false }
        if let ceiling, value > ceiling { return true }
        guard let factor else { return true }
        guard let baseline else { return !needsBaseline }
        return value > factor * baseline
    }
}

extension Explanation.Value {
    /// The value of a condition.
    fileprivate init(_ check: Finding.Check, _ value: Double, usually baseline: Double?) {
        self.init(
            title: nil,
            metrics: check.signal.selectors.map(\.metric).unique,
            labels: [:],
            measure: check.measure,
            now: value,
            baseline: baseline,
            factor: baseline.flatMap { $0 > 0 ? value / $0 : nil },
            threshold: check.threshold
        )
    }

    /// How far it is above the threshold.
    fileprivate var excess: Double { (now ?? 0) / max(threshold ?? 0, 1e-9) }
}

extension [String] {
    /// The elements without repetitions, in their order.
    fileprivate var unique: [String] {
        reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
