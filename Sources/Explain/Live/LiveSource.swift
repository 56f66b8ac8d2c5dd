import Catalogue
package import CommandSupport
package import Findings
import Glibc
package import Metrics
import Observations
package import Probes
import PrometheusNames

/// The values of signals on this machine, from an agent in this process that runs for a while.
///
/// There is no baseline, because there is no earlier time. So a finding that needs one is never made, such as that of
/// round trips; for the others the thresholds alone decide.
package struct LiveSource: SignalSource {
    /// The names of all metrics that there are, with the number of their series.
    package private(set) var metrics: [String: Int] = [:]
    /// When the last collection was made.
    package private(set) var end = Timestamp.unknown
    private var evaluator: SignalEvaluator
    private let host: String?

    /// Creates a source without collections.
    ///
    /// - Parameters:
    ///   - table: The findings whose signals are needed.
    ///   - start: When counting began.
    ///   - host: The name of this machine.
    package init(for table: [Finding], since start: Timestamp, host: String?) {
        let signals = table.flatMap { $0.checks.map(\.signal) + $0.evidence.map(\.signal) }
        evaluator = SignalEvaluator(of: signals, since: start)
        self.host = host
    }

    /// Adds a collection.
    package mutating func add(_ collected: [Metric], at time: Timestamp) {
        evaluator.add(collected, at: time)
        end = time
        metrics = collected.reduce(into: [:]) { counts, metric in
            guard let name = PrometheusMetricName(metric) else { return }
            counts[name.countedSeries, default: 0] += metric.data.pointCount
        }
    }

    /// The time from one collection to the next.
    ///
    /// A second, or less if that leaves fewer than ten. What lasts is what every collection shows, and a few can show
    /// it by chance: the window of a reader that is slower than its peer is zero a third of the time, and nothing is
    /// wrong.
    ///
    /// - Parameter length: For how long to observe.
    /// - Returns: The time, in proportion to `length` below ten seconds.
    static func interval(observing length: Duration) -> Duration { min(.seconds(1), length / 10) }

    /// Observes this machine: at once, after each ``interval(observing:)``, and at the end.
    ///
    /// - Parameters:
    ///   - table: The findings whose signals are needed.
    ///   - length: For how long.
    ///   - scope: Whose connections to observe.
    ///   - host: The name of this machine.
    ///   - say: Receives lines for the log.
    /// - Returns: The source.
    /// - Throws: ``Failure`` when the kernel refuses.
    package static func observe(
        _ table: [Finding],
        for length: Duration,
        scope: ObservationScope,
        host: String?,
        say: @escaping @Sendable (String) -> Void
    ) throws(Failure) -> LiveSource {
        let start = Timestamp.now
        // Each connection tells its round-trip time each second, because a minute is longer than this takes.
        let options = TCPProbes.Options(scope: scope, responseTime: true, rttPeriod: .seconds(1))
        let probes: TCPProbes
        do {
            probes = try TCPProbes(options, start: start, say: say)
        } catch {
            throw Failure("\(error). 'tcplens doctor' says what is missing")
        }
        var source = LiveSource(for: table, since: start, host: host)
        let observation = Observation(of: probes)
        let (machine, upkeep) = (MachineMetrics(of: observation), UpkeepMetrics(of: observation))
        let clock = ContinuousClock()
        let begin = clock.now
        var due = Duration.zero
        while true {
            wait(until: begin + due, clock)
            let time = start.advanced(by: (clock.now - begin).nanoseconds + 1)
            do {
                source.add(try machine.groups(at: time).flatMap(\.metrics) + upkeep.metrics(at: time), at: time)
            } catch {
                throw Failure("\(error)")
            }
            guard due < length else { return source }
            due = min(due + interval(observing: length), length)
        }
    }

    private static func wait(until moment: ContinuousClock.Instant, _ clock: ContinuousClock) {
        let left = moment - clock.now
        if left > .zero { _ = usleep(UInt32(clamping: left.nanoseconds / 1_000)) }
    }

    /// The values at the end, over all the time that was observed: no part of it is an earlier time.
    package func values(of signal: Signal, above threshold: Double?, for patience: Duration) -> [Sample] {
        let samples = evaluator.values(of: signal)
        return threshold.map { threshold in samples.filter { $0.value > threshold } } ?? samples
    }

    /// None, because there is no earlier time.
    package func usual(_ signal: Signal) -> [Sample] { [] }

    /// This machine, and the labels of the group.
    package func place(of labels: [String: String]) -> Place {
        Place(host: host, labels: labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    /// Never.
    package func hasBaseline(_ labels: [String: String]) -> Bool { false }
}

extension Duration {
    /// The integer number of nanoseconds, of a duration of less than centuries.
    fileprivate var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
