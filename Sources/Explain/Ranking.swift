import Catalogue
import Findings

/// Puts causes before what follows from them.
struct Ranking {
    private let source: any SignalSource

    init(_ source: any SignalSource) {
        self.source = source
    }

    /// The findings, which are in the order of the table, with what they follow from.
    ///
    /// The table says what can follow from what. Only CLOSE_WAIT and a full accept queue can each follow from the
    /// other: connections that nobody accepts are in CLOSE_WAIT, too, once their clients have given up.
    func ranked(_ findings: [Explanation.Found]) throws -> [Explanation.Found] {
        let queues = try hostsWithForgottenQueues(findings)
        func isForgotten(_ found: Explanation.Found) -> Bool {
            found.finding == .closeWaitLeak && queues.contains(found.place.host)
        }
        var ranked = findings.filter { !isForgotten($0) }
        let place = (ranked.lastIndex { $0.finding == .acceptQueueFull } ?? -1) + 1
        ranked.insert(contentsOf: findings.filter(isForgotten), at: place)
        return ranked.map { found in
            var found = found
            let causes = isForgotten(found) ? [.acceptQueueFull] : found.finding.causes
            let others = ranked.filter { other in
                causes.contains(other.finding) && other.place.host == found.place.host && !isForgotten(other)
            }
            found.follows = others.map(\.finding.title).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
            return found
        }
    }

    /// The hosts whose connections in CLOSE_WAIT are no more than those that wait to be accepted.
    private func hostsWithForgottenQueues(_ findings: [Explanation.Found]) throws -> Set<String?> {
        let full = Set(findings.filter { $0.finding == .acceptQueueFull }.map(\.place.host))
        let leaks = findings.filter { $0.finding == .closeWaitLeak && full.contains($0.place.host) }
        guard !leaks.isEmpty else { return [] }
        let waiting = try source.values(of: .sum(Selector(.acceptQueueUsage))).reduce(into: [String?: Double]()) {
            $0[source.place(of: $1.labels).host, default: 0] += $1.value
        }
        return Set(
            leaks.filter { leak in
                (leak.evidence.first?.now ?? 0) <= Self.tolerance * (waiting[leak.place.host] ?? 0)
            }.map(\.place.host)
        )
    }

    /// Both are counted one after the other, and some connections have been accepted.
    private static let tolerance = 1.2
}

extension SignalSource {
    /// All values at the end of the time to explain.
    func values(of signal: Signal) throws -> [Sample] { try values(of: signal, above: nil, for: .zero) }
}
