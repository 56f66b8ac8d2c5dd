import Metrics
import Readings
import Simulation
import Testing

@testable import Observations

/// The sum over all resources is the machine's, whoever's sockets they are.
@Suite struct ConservationTests {
    private static let start = Timestamp(unixNanoseconds: 1_000_000_000)

    private static func options(_ limit: Int?) -> SimulatedHost.Options {
        var options = SimulatedHost.Options()
        options.rate = 8
        options.containers = 6
        options.containerLife = 15
        options.measuresResponses = true
        options.tellsContainersApart = limit != nil
        options.containerLimit = limit ?? 0
        return options
    }

    /// The values of a collection that can be added up, by metric and attributes.
    private struct Sums: Equatable {
        var numbers: [String: Int64] = [:]
        var counts: [String: UInt64] = [:]
        var buckets: [String: [Int32: UInt64]] = [:]
        var seconds: [String: Int64] = [:]

        mutating func add(_ metrics: [Metric]) {
            for metric in metrics {
                for point in metric.data.numbers where metric.data.isSum {
                    // What was counted in the overflow of ports stays there, whoever's it was.
                    guard !present.contains(metric.name) || point.attributes["otel.metric.overflow"] == nil else {
                        continue
                    }
                    guard case .int(let value) = point.value else { continue }
                    if value != 0 { numbers[key(metric, point.attributes), default: 0] += value }
                }
                for point in metric.data.distributions where point.count > 0 {
                    guard point.attributes["otel.metric.overflow"] == nil else { continue }
                    let key = key(metric, point.attributes)
                    counts[key, default: 0] += point.count
                    seconds[key, default: 0] += Int64((point.sum ?? 0) * 1e9 + 0.5)
                    // Scales differ with the width; this is the lowest.
                    buckets[key, default: [:]][.min, default: 0] += point.zeroCount
                    for (place, count) in point.positive.counts.enumerated() {
                        let index = (point.positive.offset + Int32(place)) >> (point.scale - 1)
                        buckets[key, default: [:]][index, default: 0] += count
                    }
                }
            }
            for key in buckets.keys { buckets[key] = buckets[key]?.filter { $0.value > 0 } }
        }

        private func key(_ metric: Metric, _ attributes: Attributes) -> String {
            metric.name + attributes.map { " \($0.key)=\($0.value)" }.joined()
        }
    }

    /// Metrics of what is there now, or of a process that may begin again: an ended workload takes them with it.
    private static let present: Set = ["tcplens.listener.drops", "tcplens.response.duration"]

    @Test(arguments: [100, 2, 0], [[], Set(Fault.allCases)] as [Set<Fault>])
    func `the sum over all resources is the machine's`(limit: Int, faults: Set<Fault>) throws {
        let machine = MachineMetrics(of: Observation(of: host(nil, faults)))
        let observation = Observation(of: host(limit, faults))
        let (divided, upkeep) = (MachineMetrics(of: observation), UpkeepMetrics(of: observation))
        // The flows of containers that have ended.
        var gone = Sums()
        var known: [MetricGroup.Subject: MetricGroup] = [:]
        var (seen, most): (Set<MetricGroup.Subject>, Int) = ([], 0)
        for round in 1...30 as ClosedRange<Int64> {
            let time = Self.start.advanced(by: round * 10_000_000_000)
            var expected = Sums()
            expected.add(try machine.metrics(at: time))
            let groups = try divided.groups(at: time)
            #expect(Set(groups.map(\.subject)).count == groups.count)
            // The host and the overflow have none.
            let attributes = groups.map(\.attributes).filter { !$0.isEmpty }
            #expect(Set(attributes).count == groups.count { $0.subject != .own && $0.subject != .overflow })
            for subject in known.keys where !groups.contains(where: { $0.subject == subject }) {
                gone.add(known[subject]?.metrics.filter { $0.data.isCounted && !Self.present.contains($0.name) } ?? [])
            }
            known = Dictionary(uniqueKeysWithValues: groups.map { ($0.subject, $0) })
            var found = gone
            for group in groups { found.add(group.metrics) }
            expectEqual(found, expected, round)
            seen.formUnion(known.keys)
            most = max(most, known.count)
            if !faults.contains(.lostEvents) {
                let drift = try upkeep.metrics(at: time).first { $0.name == "tcplens.stock.drift" }
                #expect(drift?.data.numbers.allSatisfy { $0.value == .int(0) } == true)
            }
        }
        #expect(most <= limit + 2)
        #expect(seen.contains(.overflow) == (limit < 100))
        #expect(limit == 0 || seen.count > limit + 2 || limit == 100 && seen.count > 12, "no container was replaced")
    }

    private func expectEqual(_ found: Sums, _ expected: Sums, _ round: Int64) {
        func differences<Value: Equatable>(_ one: [String: Value], _ other: [String: Value]) -> [String] {
            Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted().map { key in
                "round \(round): \(key): \(one[key].map { "\($0)" } ?? "-") for \(other[key].map { "\($0)" } ?? "-")"
            }
        }
        #expect(differences(found.numbers, expected.numbers) == [])
        #expect(differences(found.counts, expected.counts) == [])
        #expect(differences(found.buckets, expected.buckets) == [])
        // Each sum of seconds was rounded to a nanosecond.
        for (key, sum) in expected.seconds { #expect(abs(sum - (found.seconds[key] ?? 0)) < 1000, "\(key)") }
    }

    private func host(_ limit: Int?, _ faults: Set<Fault>) -> SimulatedHost {
        SimulatedHost(Self.options(limit), start: Self.start, faults: faults)
    }
}

extension Metric.Data {
    /// Whether its values can be added up.
    fileprivate var isSum: Bool {
        guard case .sum = self else { return false }
        return true
    }

    /// Whether its values never decrease.
    fileprivate var isCounted: Bool {
        switch self {
        case .sum(_, _, let isMonotonic): isMonotonic
        case .gauge: false
        case .histogram, .exponentialHistogram: true
        }
    }
}
