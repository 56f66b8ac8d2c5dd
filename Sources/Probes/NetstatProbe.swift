internal import FoundationEssentials
internal import Metrics

/// The counters that the kernel keeps for the network namespace itself: that of this process, not the host's.
struct NetstatProbe {
    /// Where they stand.
    private static let paths = ["/proc/self/net/netstat", "/proc/self/net/snmp"]

    private let read: () -> [String: UInt64]
    /// What they were when the probe was made; what happened before is not ours to tell, as nobody knows since when.
    private let baseline: [String: UInt64]

    /// Reads where the counters stand now.
    ///
    /// - Parameter read: Gives the counters by their names; those that can't be read are not among them.
    init(_ read: @escaping () -> [String: UInt64] = Self.readFiles) {
        self.read = read
        baseline = read()
    }

    /// How far the counters have come.
    func reading() -> Reading {
        Reading(counters: read(), baseline: baseline)
    }

    private static func readFiles() -> [String: UInt64] {
        paths.reduce(into: [:]) { counters, path in
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
            counters.merge(parse(text)) { $1 }
        }
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

extension NetstatProbe {
    /// The counters at one moment.
    struct Reading {
        fileprivate let counters: [String: UInt64]
        fileprivate let baseline: [String: UInt64]
    }
}

extension NetstatProbe.Reading {
    /// The metrics of ``NetstatMetric/all``; without points where /proc can't be read.
    func metrics(start: Timestamp, time: Timestamp) -> [Metric] {
        NetstatMetric.all.map { row in
            let points = row.series.compactMap { series in
                increase(of: series.counters).map { value in
                    NumberDataPoint(
                        attributes: series.attributes,
                        start: start,
                        time: time,
                        value: Number(count: value)
                    )
                }
            }
            return Metric(row.metric, .sum(points, .cumulative, isMonotonic: true))
        }
    }

    /// By how much the sum of the counters `names` has grown; nil when there is none of them.
    ///
    /// A kernel that lacks a counter has nothing to add; one that fell is another namespace's.
    func increase(of names: [String]) -> UInt64? {
        let increases = names.compactMap { name in
            counters[name].flatMap { value in baseline[name].flatMap { value.increase(since: $0) } }
        }
        guard var sum = increases.first else { return nil }
        for increase in increases.dropFirst() {
            sum.add(increase)
        }
        return sum
    }
}
