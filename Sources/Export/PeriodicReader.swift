public import Metrics

/// Collects from producers and hands what it got to exporters (OpenTelemetry's periodic exporting metric reader).
///
/// Collections run on a thread of their own, which may block, and never two at a time.
public actor PeriodicReader {
    /// What one round did.
    public struct Round: Sendable {
        /// What became of the export, one for each exporter.
        public var outcomes: [ExportOutcome] = []
        /// Why producers could not be read, one line each.
        public var failures: [String] = []

        /// Creates a round that has done nothing yet.
        public init() {}
    }

    private let executor = BlockingExecutor(label: "tcplens.reader")
    private var producers: [any MetricProducer]
    private var exporters: [any MetricExporter]
    private var resource: Resource
    private let scope: Scope
    private let now: @Sendable () -> Timestamp
    /// Exporters of one preference get the same points, also one that takes another's place.
    private var deltas: [TemporalityPreference: DeltaConversion] = [:]
    private var lastTime: Timestamp

    /// Creates a reader of `producers`, all of one resource and scope.
    ///
    /// - Parameters:
    ///   - producers: Where metrics come from; the reader's own from now on.
    ///   - exporters: Where they go, all of them to each.
    ///   - resource: What the metrics are about.
    ///   - scope: What produced them.
    ///   - now: The wall clock.
    public init(
        producers: sending [any MetricProducer],
        exporters: [any MetricExporter],
        resource: Resource,
        scope: Scope,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.producers = producers
        self.exporters = exporters
        self.resource = resource
        self.scope = scope
        self.now = now
        lastTime = now()
    }

    /// The actor's own thread, which may block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Collects once and exports what was collected to each exporter.
    ///
    /// A producer that fails does not keep the others' metrics from leaving.
    ///
    /// - Parameter isLast: Whether the process is about to end.
    /// - Returns: What was done.
    public func round(isLast: Bool = false) async -> Round {
        var round = Round()
        let metrics = collect(failures: &round.failures)
        var converted: [TemporalityPreference: [ResourceMetrics]] = [:]
        for exporter in exporters {
            let preference = exporter.temporality
            let metrics =
                converted[preference]
                ?? deltas[preference, default: DeltaConversion(preference)].convert(metrics)
            converted[preference] = metrics
            round.outcomes.append(await exporter.export(metrics, isLast: isLast))
        }
        return round
    }

    /// Goes on with other exporters and another resource from the next round on; what was counted stays.
    public func replace(exporters: [any MetricExporter], resource: Resource) {
        self.exporters = exporters
        self.resource = resource
    }

    /// Goes on with other producers from the next round on.
    ///
    /// - Parameter make: Makes them, on the reader's own thread, because that may block.
    /// - Returns: What `make` has to say of them.
    /// - Throws: What `make` throws; then the producers stay.
    public func replaceProducers<Report: Sendable>(
        by make: @Sendable () throws -> (producers: [any MetricProducer], report: Report)
    ) rethrows -> Report {
        let (producers, report) = try make()
        self.producers = producers
        return report
    }

    private func collect(failures: inout [String]) -> [ResourceMetrics] {
        // One moment for all points (OpenTelemetry specification, `metrics/sdk.md`, "Start timestamps").
        // A clock that is set back must not make a point older than its start, nor than the point before it.
        let time = max(now(), lastTime.next)
        lastTime = time
        var metrics: [Metric] = []
        for producer in producers {
            do {
                metrics += try producer.metrics(at: time)
            } catch {
                failures.append("\(error)")
            }
        }
        return [ResourceMetrics(resource: resource, scopes: [ScopeMetrics(scope: scope, metrics: metrics)])]
    }
}
