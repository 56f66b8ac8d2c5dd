import Foundation
import Glibc
import Metrics
import Observations
import Pipeline
import Readings
import Synchronization

/// Measures what it costs to make the metrics of many workloads, each with the whole catalogue.
///
/// Usage: collecting WORKLOADS ROUNDS [delta]. It prints a line for each round: the points, the microseconds from the
/// reading to the exporter's call, and the anonymous resident memory in KiB; then the memory that is kept from round to
/// round.
@main enum Collecting {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        let workloads = arguments.first.flatMap { UInt64($0) } ?? 100
        let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 20
        let exporter = Sink(temporality: arguments.dropFirst(2).first == "delta" ? .delta : .cumulative)
        let start = Timestamp(unixNanoseconds: 1_000_000_000)
        let time = Mutex<UInt64>(start.unixNanoseconds)
        let source = BusyMachine(workloads: workloads)
        let reader = PeriodicReader(
            producers: MetricProducers(machine: [MachineMetrics(of: Observation(of: source))]),
            exporters: [exporter],
            resource: Resource(
                attributes: ["host.name": "h", "service.name": "tcplens", "service.instance.id": "0"],
                schemaURL: "https://opentelemetry.io/schemas/1.44.0"
            ),
            scope: Scope(name: "tcplens", version: "1", schemaURL: ""),
            sdk: SDKMetrics(start: start),
            now: {
                time.withLock { time in
                    time += 10_000_000_000
                    return Timestamp(unixNanoseconds: time)
                }
            }
        )
        for _ in 0..<rounds {
            let began = ContinuousClock.now
            _ = await reader.round()
            let spent = ContinuousClock.now - began - source.spent
            print(exporter.points, Int(spent / .microseconds(1)), AnonymousMemory.kibibytes)
        }
        AnonymousMemory.trim()
        print("kept", AnonymousMemory.kibibytes)
    }
}

/// Counts the points of an export.
private final class Sink: MetricExporter {
    let temporality: TemporalityPreference
    private let count = Atomic<Int>(0)

    init(temporality: TemporalityPreference) { self.temporality = temporality }

    var points: Int { count.load(ordering: .relaxed) }

    func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
        count.store(metrics.pointCount, ordering: .relaxed)
        return ExportOutcome(acceptedPoints: metrics.pointCount)
    }

    func shutdown() async {}
}

/// A machine on which everything happens in each workload.
private final class BusyMachine: ReadingSource, Sendable {
    private let workloads: UInt64
    private let state = Mutex((round: UInt64(0), spent: Duration.zero))

    init(workloads: UInt64) { self.workloads = workloads }

    /// How long the last reading took to make.
    var spent: Duration { state.withLock { $0.spent } }

    func read(at time: Timestamp) -> Reading {
        let began = ContinuousClock.now
        let round = state.withLock { state in
            state.round += 1
            return state.round
        }
        let reading = Reading(
            taken: time,
            epoch: Epoch(start: Timestamp(unixNanoseconds: 1_000_000_000)),
            activity: .success(activity(round)),
            upkeep: .success(Upkeep())
        )
        state.withLock { $0.spent = ContinuousClock.now - began }
        return reading
    }

    private func activity(_ round: UInt64) -> Activity {
        let start = Timestamp(unixNanoseconds: 2_000_000_000)
        var activity = Activity(
            workloads: [.host]
                + (0..<workloads).map { number in
                    Workload(.workload(number), start: start, attributes: Self.attributes(number))
                }
        )
        (activity.listenerDrops, activity.durations, activity.responseTimes) = ([], [], [])
        for place in activity.workloads.indices {
            fill(&activity, WorkloadIndex(rawValue: UInt16(clamping: place)), round)
        }
        return activity
    }

    private static func attributes(_ number: UInt64) -> Attributes {
        let id = String(number)
        return [
            "service.name": "shop", "service.namespace": "web", "service.instance.id": .string("instance-\(id)"),
            "container.id": .string(String(repeating: "0", count: 64 - id.count) + id),
            "k8s.pod.uid": .string("01234567-89ab-cdef-0123-\(id)"), "k8s.pod.name": .string("shop-\(id)"),
            "k8s.namespace.name": "web", "k8s.container.name": "server",
        ]
    }

    private func fill(_ activity: inout Activity, _ index: WorkloadIndex, _ round: UInt64) {
        for type in NetworkType.allCases {
            for state in ConnectionState.counted {
                activity.connections.append(ConnectionRow(state, type, workload: index, count: round))
            }
            let port: UInt16 = 8080
            activity.listeners.append(
                ListenerRow(
                    port: port,
                    type: type,
                    acceptUsage: round,
                    acceptLimit: 128,
                    synUsage: 1,
                    workload: index
                )
            )
            activity.listenerDrops?.append(PortRow(port: port, type: type, value: round, workload: index))
        }
        // A hundred buckets are twelve octaves, such as from 1 ms to 4 s.
        let value = Distribution(
            counts: (0..<200).map { $0 < 100 ? 0 : UInt64($0) &* round },
            sum: round &* 1_000_000
        )
        activity.responseTimes?.append(PortRow(port: 8080, value: value, workload: index))
        for id in Durations.allCases {
            for row in 0..<id.rowCount {
                // The counts of each row are its own, as they are when they come from the kernel.
                let own = Distribution(
                    counts: value.counts.map { $0 == 0 ? 0 : $0 &+ UInt64(row) },
                    sum: round &* 1_000_000
                )
                activity.durations?.append(DurationRow(id, row: row, value: own, workload: index))
            }
        }
        for id in Stock.allCases {
            activity.stocks[id, index] = [UInt64](repeating: round, count: id.rowCount)
        }
        for id in Counter.allCases {
            // Of all changes of state, about thirty happen.
            let isSparse = id == .transitions
            activity.counters[id, index] = (0..<id.rowCount).map { isSparse && $0 % 8 > 0 ? 0 : round }
        }
    }
}

/// The memory of this process that is not a file's.
private enum AnonymousMemory {
    /// Gives free memory back to the kernel.
    static func trim() {
        // glibc's header is not part of its Swift module.
        guard let function = unsafe dlsym(nil, "malloc_trim") else { return }
        _ = unsafe unsafeBitCast(function, to: (@convention(c) (Int) -> CInt).self)(0)
    }

    static var kibibytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
