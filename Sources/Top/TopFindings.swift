import Metrics
import Probes
internal import Readings
import Rendering
import SnapshotView
import SocketText

/// What the user should know first, in order of importance.
struct TopFindings {
    /// One problem.
    struct Finding: Equatable {
        /// Whether connections or counts are being lost now.
        var isAlarm: Bool
        /// The problem, and what it affects.
        var text: String
    }

    /// A queue that is filled to this share of its limit is a finding.
    static let highQueue = 0.8
    /// If fewer handshakes than this share fail, it is probably just a peer or two that is down.
    private static let highFailures = 0.05
    /// From this share on, retransmits slow connections down.
    private static let highShare = 0.01
    /// Fewer retransmits than this say nothing about the network.
    private static let fewRetransmits: UInt64 = 10
    /// At least this many connections that only wait for a program to close them are a leak.
    private static let leak = 10.0

    /// The findings.
    let findings: [Finding]

    /// Examines everything that is known.
    init(_ model: TopModel) {
        let all =
            Self.losses(model) + Self.queues(model) + Self.failures(model) + Self.retransmits(model)
            + Self.leaks(model)
        findings = all.filter(\.isAlarm) + all.filter { !$0.isAlarm }
    }

    private static func losses(_ model: TopModel) -> [Finding] {
        var (total, recent) = (UInt64(0), UInt64(0))
        var findings: [Finding] = []
        for case (.lost(let reason), let count) in model.reading.flows where count > 0 {
            let isRecent = (model.recent[.lost(reason)] ?? 0) > 0
            guard reason != .mapFull else {
                // Each reading counts the same connections again, so their number has no meaning.
                guard isRecent else { continue }
                findings.append(
                    Finding(isAlarm: false, text: "more connections than can be followed: quantiles are of a part")
                )
                continue
            }
            total.add(count)
            recent.add(model.recent[.lost(reason)] ?? 0)
        }
        guard total > 0 else { return findings }
        let text = "\(CountText.count(total, of: "event")) lost, so rates are too low"
        return [Finding(isAlarm: recent > 0, text: text)] + findings
    }

    private static func queues(_ model: TopModel) -> [Finding] {
        var findings: [Finding] = []
        if let overflows = model.recent[.overflows], overflows > 0 {
            findings.append(
                Finding(isAlarm: true, text: "accept queues overflowed \(CountText.count(overflows, of: "time"))")
            )
        }
        let others = (model.recent[.drops] ?? 0).subtractingReportingOverflow(model.recent[.overflows] ?? 0)
        if !others.overflow, others.partialValue > 0 {
            findings.append(
                Finding(
                    isAlarm: true,
                    text: "listeners dropped \(CountText.count(others.partialValue, of: "connection"))"
                )
            )
        }
        for listener in model.listeners {
            let name = EndpointText.port(of: listener)
            if listener.accept.full > 0 {
                findings.append(Finding(isAlarm: true, text: "accept queue of \(name) full"))
            } else if listener.accept.fullness >= highQueue {
                let share = BarText.share(listener.accept.usage, of: listener.accept.limit)
                findings.append(Finding(isAlarm: false, text: "accept queue of \(name) \(share) full"))
            }
            if listener.syn.full > 0 {
                findings.append(Finding(isAlarm: true, text: "SYN queue of \(name) full"))
            }
        }
        return findings
    }

    private static func failures(_ model: TopModel) -> [Finding] {
        let failures = model.recentFailures
        guard !failures.isEmpty else { return [] }
        let total = failures.reduce(0) { $0 &+ $1.count }
        let reasons = failures.map { failures.count > 1 ? "\(CountText.count($0.count)) \($0.name)" : $0.name }
        let window = IntervalText.text(model.windowLength)
        let handshakes = CountText.count(total, of: "handshake")
        let text = "\(handshakes) failed in \(window): \(reasons.joined(separator: ", "))"
        let finished = model.recent[.handshakes] ?? 0
        let isAlarm = Double(total) >= highFailures * (Double(total) + Double(finished))
        return [Finding(isAlarm: isAlarm, text: text)]
    }

    private static func retransmits(_ model: TopModel) -> [Finding] {
        guard let share = model.retransmitShare, share >= highShare else { return [] }
        let count = model.recentRetransmits.reduce(0) { $0 &+ $1.count }
        guard count >= fewRetransmits else { return [] }
        let window = IntervalText.text(model.windowLength)
        return [Finding(isAlarm: false, text: "\(CountText.percent(share)) of segments sent again in \(window)")]
    }

    private static func leaks(_ model: TopModel) -> [Finding] {
        let waiting = model.groupHistory[.state]?[.state(.closeWait)] ?? []
        guard let first = waiting.first, let last = waiting.last, last - first >= leak,
            zip(waiting, waiting.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return [] }
        return [
            Finding(isAlarm: false, text: "CLOSE_WAIT grows and never falls: a program does not close its connections")
        ]
    }
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
