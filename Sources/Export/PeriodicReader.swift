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
    }

    private let executor = BlockingExecutor(label: "tcplens.reader")
    private let producers: [any MetricProducer]
    private let exporters: [any MetricExporter]
    private let resource: Resource
    private let scope: Scope
    private let now: @Sendable () -> Timestamp
    /// One for each exporter.
    private var deltas: [DeltaConversion]
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
        deltas = exporters.map { DeltaConversion($0.temporality) }
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
        for (index, exporter) in exporters.enumerated() {
            let metrics = deltas[index].convert(metrics)
            round.outcomes.append(await exporter.export(metrics, isLast: isLast))
        }
        return round
    }

    /// Makes the exporters end what they are doing and refuse anything further.
    public nonisolated func shutdown() async {
        for exporter in exporters {
            await exporter.shutdown()
        }
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
