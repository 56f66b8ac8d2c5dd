internal import FoundationEssentials
internal import Metrics

/// The counters that the kernel keeps for the network namespace itself (`/proc/net/netstat`).
struct NetstatProbe {
    /// Where they stand: of the namespace that this process is in, not of the host.
    static let path = "/proc/self/net/netstat"

    /// What they were when the probe was made; what happened before is not ours to tell, as nobody knows since when.
    private let baseline: [String: UInt64]

    /// Reads where the counters stand now.
    init() {
        baseline = Self.read()
    }

    /// The counters of listeners, SYN cookies and TIME_WAIT; none when /proc can't be read.
    func metrics(start: Timestamp, time: Timestamp) -> [Metric] {
        let counters = Self.read()
        func point(_ name: String, _ attributes: Attributes) -> NumberDataPoint? {
            // A kernel that lacks a counter has no such point; one that fell is another namespace's.
            guard let value = counters[name], let before = baseline[name], value >= before else { return nil }
            return NumberDataPoint(
                attributes: attributes,
                start: start,
                time: time,
                value: Number(count: value - before)
            )
        }
        func metric(_ metric: CataloguedMetric, _ points: [NumberDataPoint?]) -> Metric {
            Metric(metric, .sum(points.compactMap(\.self), .cumulative, isMonotonic: true))
        }
        return [
            metric(.listenerOverflows, [point("TcpExt.ListenOverflows", [:])]),
            metric(
                .synCookies,
                [
                    point("TcpExt.SyncookiesSent", [AttributeKey.cookieResult: "sent"]),
                    point("TcpExt.SyncookiesRecv", [AttributeKey.cookieResult: "received"]),
                    point("TcpExt.SyncookiesFailed", [AttributeKey.cookieResult: "failed"]),
                ]
            ),
            metric(.timeWaitOverflows, [point("TcpExt.TCPTimeWaitOverflow", [:])]),
        ]
    }

    private static func read() -> [String: UInt64] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [:] }
        return parse(text)
    }

    /// Reads pairs of lines, one of names and one of values, each after the name of its group: `TcpExt.ListenDrops`.
    static func parse(_ text: String) -> [String: UInt64] {
        var counters: [String: UInt64] = [:]
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        for (names, values) in zip(lines, lines.dropFirst()) where names.first == values.first {
            guard let group = names.first?.dropLast() else { continue }
            for (name, value) in zip(names.dropFirst(), values.dropFirst()) {
                // A few are signed and can be -1; they are none of ours.
                counters["\(group).\(name)"] = UInt64(value)
            }
        }
        return counters
    }
}
