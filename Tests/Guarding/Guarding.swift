import Configuration
import Glibc
import Metrics
import OTLPExport
import Observations
import Pipeline
import Readings
import Simulation
import Synchronization
import System

/// Makes and exports the metrics of a host that is the same each time, so that what it takes can be counted.
///
/// Usage: guarding COLLECTIONS [ENDPOINT none|gzip]. Without an endpoint it only makes the metrics. It prints how many
/// points the last collection had. `Benchmarks/guard` runs it under valgrind.
@main enum Guarding {
    private static let start = Timestamp(unixNanoseconds: 1_700_000_000_000_000_000)
    /// The most collections; all of their readings are always made, so that only the collections differ.
    private static let most = 24
    private static let interval: Int64 = 10_000_000_000

    /// The main thread waits: a process whose main thread has ended is more than valgrind understands.
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        Task.detached {
            do {
                try await run()
            } catch {
                print("failed:", error)
            }
            fflush(nil)
            // What follows would be different each time.
            _exit(0)
        }
        while true { pause() }
    }

    private static func run() async throws {
        let arguments = CommandLine.arguments
        let collections = arguments.count > 1 ? Int(arguments[1]) ?? 1 : 1
        let counter = PointCounter()
        var exporter: any MetricExporter = counter
        if arguments.count > 3 {
            var environment = EnvironmentReader(["OTEL_EXPORTER_OTLP_ENDPOINT": arguments[2]])
            var configuration = try OTLPConfiguration(&environment)
            configuration.compression = arguments[3] == "gzip" ? .gzip : .none
            exporter = try OTLPHTTPExporter(configuration, version: "guard")
        }
        let observation = Observation(of: Recording(most))
        let time = Mutex<Int64>(0)
        let reader = PeriodicReader(
            producers: MetricProducers(
                machine: [MachineMetrics(of: observation)],
                agent: [UpkeepMetrics(of: observation)]
            ),
            exporters: [exporter],
            resource: Resource(
                attributes: ["host.name": "h", "service.name": "tcplens", "service.instance.id": "0"],
                schemaURL: "https://opentelemetry.io/schemas/1.44.0"
            ),
            scope: Scope(name: "tcplens", version: "1", schemaURL: ""),
            sdk: SDKMetrics(start: start),
            now: {
                time.withLock { time in
                    time += interval
                    return start.advanced(by: time)
                }
            }
        )
        for _ in 0..<min(collections, most) {
            for outcome in await reader.round().outcomes {
                counter.accepted = outcome.acceptedPoints
                if let message = outcome.message { print("failed:", message) }
            }
        }
        print(counter.accepted)
    }

    /// The readings of a simulated host, made beforehand.
    private struct Recording: ReadingSource {
        private let readings: [Reading]
        private var next = 0

        init(_ count: Int) {
            var options = SimulatedHost.Options()
            options.rate = 100
            options.splitsByPort = true
            options.measuresResponses = true
            options.containers = 8
            options.containerLife = 3600
            var host = SimulatedHost(options, start: Guarding.start)
            readings = (1...count).map { round in
                host.read(at: Guarding.start.advanced(by: Int64(round) * Guarding.interval))
            }
        }

        mutating func read(at time: Timestamp) -> Reading {
            next += 1
            var reading = readings[min(next, readings.count) - 1]
            reading.taken = time
            return reading
        }
    }
}

/// Counts the points of an export.
private final class PointCounter: MetricExporter {
    private let count = Atomic<Int>(0)

    let temporality = TemporalityPreference.cumulative

    /// What the last export accepted.
    var accepted: Int {
        get { count.load(ordering: .relaxed) }
        set { count.store(newValue, ordering: .relaxed) }
    }

    func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
        ExportOutcome(acceptedPoints: metrics.pointCount)
    }

    func shutdown() async {}
}
