import Findings
import Metrics
import Probes
internal import Readings
import Rendering
import SnapshotView
import SocketText

/// What the user should know first, in order of importance.
///
/// Names and thresholds are those of the table of findings, where it has the same fault. Here a fault shows at once,
/// because nobody has to get up for it.
struct TopFindings {
    /// One problem.
    struct Problem: Equatable {
        /// Whether connections or counts are being lost now.
        var isAlarm: Bool
        /// The problem, and what it affects.
        var text: String
    }

    /// A queue that is filled to this share of its limit is a finding.
    static let highQueue = Finding.halfOpen.threshold
    /// If CLOSE_WAIT grows by so many and never falls, it is a leak that begins.
    private static let growth = 10.0
    /// Fewer readings than this do not show what is there all the time.
    private static let fewReadings = 10

    /// The findings.
    let findings: [Problem]

    /// Examines everything that is known.
    init(_ model: TopModel) {
        let all =
            Self.losses(model) + Self.queues(model) + Self.failures(model) + Self.retransmits(model)
            + Self.leaks(model)
        findings = all.filter(\.isAlarm) + all.filter { !$0.isAlarm }
    }

    private static func losses(_ model: TopModel) -> [Problem] {
        var (total, recent) = (UInt64(0), UInt64(0))
        var findings: [Problem] = []
        for case (.lost(let reason), let count) in model.reading.flows where count > 0 {
            let isRecent = (model.recent[.lost(reason)] ?? 0) > 0
            guard reason != .mapFull else {
                // Each reading counts the same connections again, so their number has no meaning.
                guard isRecent else { continue }
                findings.append(.init(.agentUnfollowed, "quantiles are of a part"))
                continue
            }
            total.add(count)
            recent.add(model.recent[.lost(reason)] ?? 0)
        }
        guard total > 0 else { return findings }
        return [.init(.agentLosses, "\(CountText.count(total)), so rates are too low", isAlarm: recent > 0)] + findings
    }

    private static func queues(_ model: TopModel) -> [Problem] {
        var findings: [Problem] = []
        if let overflows = model.recent[.overflows], overflows > 0 {
            let times = CountText.count(overflows, of: "time")
            findings.append(.init(.acceptQueueFull, "overflowed \(times)", isAlarm: true))
        }
        let others = (model.recent[.drops] ?? 0).subtractingReportingOverflow(model.recent[.overflows] ?? 0)
        if !others.overflow, others.partialValue > 0 {
            findings.append(
                Problem(
                    isAlarm: true,
                    text: "listeners dropped \(CountText.count(others.partialValue, of: "connection"))"
                )
            )
        }
        for listener in model.listeners {
            let name = EndpointText.port(of: listener)
            if listener.accept.full > 0 {
                findings.append(.init(.acceptQueueFull, name, isAlarm: true))
            } else if listener.accept.fullness >= highQueue {
                let share = BarText.share(listener.accept.usage, of: listener.accept.limit)
                findings.append(Problem(isAlarm: false, text: "accept queue of \(name) \(share) full"))
            }
            if listener.syn.full > 0 {
                findings.append(.init(.halfOpen, "SYN queue of \(name) full", isAlarm: true))
            } else if listener.syn.fullness > highQueue {
                let share = BarText.share(listener.syn.usage, of: listener.syn.limit)
                findings.append(.init(.halfOpen, "SYN queue of \(name) \(share) full"))
            }
        }
        return findings
    }

    private static func failures(_ model: TopModel) -> [Problem] {
        let failures = model.recentFailures
        guard !failures.isEmpty else { return [] }
        let total = failures.reduce(0) { $0 &+ $1.count }
        let reasons = failures.map { failures.count > 1 ? "\(CountText.count($0.count)) \($0.name)" : $0.name }
        let window = IntervalText.text(model.windowLength)
        let handshakes = CountText.count(total, of: "handshake")
        let text = "\(handshakes) failed in \(window): \(reasons.joined(separator: ", "))"
        let finished = model.recent[.handshakes] ?? 0
        let share = Finding.handshakeFailures.threshold
        let isAlarm = Double(total) >= share * (Double(total) + Double(finished))
        return [Problem(isAlarm: isAlarm, text: text)]
    }

    private static func retransmits(_ model: TopModel) -> [Problem] {
        guard let share = model.lossShare, share > Finding.loss.threshold else { return [] }
        let seconds =
            Double(model.windowLength.components.seconds) + Double(model.windowLength.components.attoseconds) / 1e18
        guard Double(model.recentLosses) >= seconds * (Finding.loss.checks.last?.threshold ?? 0), seconds > 0 else {
            return []
        }
        let window = IntervalText.text(model.windowLength)
        return [.init(.loss, "\(CountText.percent(share)) of segments sent again in \(window)")]
    }

    private static func leaks(_ model: TopModel) -> [Problem] {
        let waiting = model.groupHistory[.state]?[.state(.closeWait)] ?? []
        guard let first = waiting.first, let last = waiting.last, let least = waiting.min() else { return [] }
        if last - first >= growth, zip(waiting, waiting.dropFirst()).allSatisfy({ $0 <= $1 }) {
            return [.init(.closeWaitLeak, "it grows and never falls, as a program does not close")]
        }
        guard waiting.count >= fewReadings, least > Finding.closeWaitLeak.threshold else { return [] }
        return [.init(.closeWaitLeak, "never fewer than \(CountText.count(UInt64(least)))")]
    }
}

extension TopFindings.Problem {
    /// A fault of the table of findings, with what it is about.
    fileprivate init(_ finding: Finding, _ text: String, isAlarm: Bool = false) {
        self.init(isAlarm: isAlarm, text: "\(finding.title): \(text)")
    }
}

extension Finding {
    /// What the first condition must exceed.
    fileprivate var threshold: Double { checks.first?.threshold ?? .infinity }
}

extension TopModel {
    /// The handshakes that failed within the window, by reason, most frequent first.
    var recentFailures: [(name: String, count: UInt64)] {
        recent { if case .failures(let outcome) = $0 { outcome.attributeValue } else { nil } }
    }

    /// The segments that were retransmitted within the window, by reason, most frequent first.
    var recentRetransmits: [(name: String, count: UInt64)] {
        recent { if case .retransmits(let type) = $0 { type.attributeValue } else { nil } }
    }

    /// The segments of data that were retransmitted within the window; SYNs say more about listeners.
    var recentLosses: UInt64 {
        recent.reduce(0) { sum, flow in
            guard case .retransmits(let type) = flow.key, ![.syn, .synAck].contains(type) else { return sum }
            return sum &+ flow.value
        }
    }

    /// The fraction of the segments sent within the window that were lost; `nil` if none was sent.
    var lossShare: Double? {
        guard let sent = recent[.segments], sent > 0 else { return nil }
        return Double(recentLosses) / Double(sent)
    }

    /// The fraction of the segments sent within the window that were retransmits; `nil` if none was sent.
    var retransmitShare: Double? {
        guard let sent = recent[.segments], sent > 0 else { return nil }
        return Double(recentRetransmits.reduce(0) { $0 &+ $1.count }) / Double(sent)
    }

    private func recent(_ name: (TopReading.Flow) -> String?) -> [(name: String, count: UInt64)] {
        recent.compactMap { flow, count in count > 0 ? name(flow).map { (name: $0, count: count) } : nil }
            .map { (name: $0.name == "_OTHER" ? "other" : $0.name, count: $0.count) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    /// The listeners, fullest queues first.
    var listeners: [ListenerState] {
        let cut = reading.snapshot.listeners(limit: nil)
        return cut.rows + cut.others
    }
}

extension EndpointText {
    /// The port of a listener, if there is no room for its address.
    static func port(of listener: ListenerState) -> String {
        listener.place.map { ":\($0.port)" } ?? "others"
    }
}
