package import Metrics
internal import System

/// Where metrics come from; they are read in their order, first those of the machine.
package struct MetricProducers {
    /// What observes the machine.
    package var machine: [any MetricProducer]
    /// What the agent says of itself, which is another resource.
    package var agent: [any MetricProducer]

    /// Creates a list.
    package init(machine: [any MetricProducer] = [], agent: [any MetricProducer] = []) {
        self.machine = machine
        self.agent = agent
    }
}

/// Collects from producers and hands what it got to exporters (OpenTelemetry's periodic exporting metric reader).
///
/// Collections run on a thread of their own, which may block, and never two at a time, whoever asks for them.
package actor PeriodicReader {
    /// What one collection gave.
    package struct Collection: Sendable {
        /// The metrics, by resource.
        package var metrics: [ResourceMetrics] = []
        /// Why producers could not be read, one line each.
        package var failures: [String] = []
        /// The moment of all points, by their own time.
        package var time = Timestamp.unknown
        /// What that is to be moved by when they leave.
        package var offset: Int64 = 0
    }

    /// What one round did.
    package struct Round: Sendable {
        /// What became of the export, one for each exporter.
        package var outcomes: [ExportOutcome] = []
        /// Why producers could not be read, one line each.
        package var failures: [String] = []
        /// What the user should know besides, each told once.
        package var warnings: [String] = []
        /// The timeout after which the round was cut short; nil if it was not.
        package var timeout: Duration?

        /// Creates a round that has done nothing yet.
        package init() {}
    }

    private let executor = BlockingExecutor(label: "tcplens.reader")
    private var producers: MetricProducers
    private var exporters: [any MetricExporter]
    private var identities: [ExporterIdentity]
    private var resource: Resource
    private var agentResource: Resource
    private let scope: Scope
    private let sdk: SDKMetrics
    let clock: ErasedClock
    /// When rounds are due.
    var schedule: RoundSchedule
    /// When the next round is due, by ``clock``.
    var due: Duration
    private let now: @Sendable () -> Timestamp
    private var deltas: [PointForm: DeltaConversion] = [:]
    private var endings: [ExporterIdentity: SeriesEndings] = [:]
    private var pointClock: PointClock

    /// Creates a reader of `producers`, all of one scope.
    ///
    /// - Parameters:
    ///   - producers: Where metrics come from; the reader's own from now on.
    ///   - exporters: Where they go, all of them to each.
    ///   - resource: What the metrics are about.
    ///   - agentResource: What the agent's own metrics are about; nil is the same.
    ///   - scope: What produced them.
    ///   - sdk: What it counts its own doings in.
    ///   - schedule: When ``scheduledRound()`` is due, the first time at once.
    ///   - clock: Measures how long things take, and how far the wall clock should have gone.
    ///   - now: The wall clock, which may be set while the reader is used.
    package init(
        producers: sending MetricProducers,
        exporters: [any MetricExporter],
        resource: Resource,
        agentResource: Resource? = nil,
        scope: Scope,
        sdk: SDKMetrics,
        schedule: RoundSchedule = RoundSchedule(interval: .seconds(60)),
        clock: some Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.producers = producers
        self.exporters = exporters
        self.resource = resource
        self.agentResource = agentResource ?? resource
        self.scope = scope
        self.sdk = sdk
        self.clock = ErasedClock(clock)
        self.schedule = schedule
        due = self.clock.now()
        self.now = now
        identities = exporters.identities
        pointClock = PointClock(start: ClockReading(wall: now(), elapsed: self.clock.now()))
        for identity in identities {
            sdk.expect(identity)
        }
    }

    /// The actor's own thread, which may block.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Collects once and exports what was collected to each exporter.
    ///
    /// A producer that fails does not keep the others' metrics from leaving.
    ///
    /// - Parameter isLast: Whether the process is about to end; then the stocks end, so that nobody sees them longer.
    /// - Returns: What was done.
    package func round(isLast: Bool = false) async -> Round {
        let collection = collect(for: .periodicReader)
        var round = Round()
        round.failures = collection.failures
        round.warnings = pointClock.takeWarnings()
        var converted: [PointForm: [ResourceMetrics]] = [:]
        for (exporter, identity) in zip(exporters, identities) {
            let form = PointForm(temporality: exporter.temporality, histograms: exporter.histograms)
            var metrics =
                converted[form]
                ?? deltas[form, default: DeltaConversion(form.temporality)]
                .convert(collection.metrics.inForm(form.histograms))
            converted[form] = metrics
            if exporter.endsSeries {
                metrics = endings[identity, default: SeriesEndings()].follow(
                    metrics,
                    at: collection.time,
                    isComplete: collection.failures.isEmpty,
                    isLast: isLast
                )
            }
            metrics = metrics.moved(by: collection.offset)
            round.outcomes.append(await export(metrics, to: exporter, identity, isLast: isLast))
        }
        return round
    }

    /// What to send to the receiver of `exporter` when no exporter sends to it any more: the end of all stocks.
    package func lastPoints(for exporter: any MetricExporter) -> [ResourceMetrics] {
        let identity = exporter.identity
        guard let known = endings.keys.first(where: { $0.isSame(as: identity) }),
            var ended = endings.removeValue(forKey: known)
        else { return [] }
        return ended.end(at: pointClock.time(at: clockReading())).moved(by: pointClock.offset)
    }

    /// Goes on with other exporters from the next round on; what was counted stays.
    package func replace(exporters: [any MetricExporter]) {
        self.exporters = exporters
        identities = exporters.identities
        endings = endings.filter { identities.contains($0.key) }
        for identity in identities {
            sdk.expect(identity)
        }
    }

    /// Goes on with other resources from the next collection on; what was counted stays, and deltas go on from there.
    package func replace(resource: Resource, agentResource: Resource) {
        for preference in Array(deltas.keys) {
            deltas[preference]?.rename(self.resource.attributes, to: resource.attributes)
            deltas[preference]?.rename(self.agentResource.attributes, to: agentResource.attributes)
        }
        self.resource = resource
        self.agentResource = agentResource
    }

    /// Goes on with other producers from the next round on.
    ///
    /// - Parameter make: Makes them, on the reader's own thread, because that may block; they begin at the time that it
    ///   gets.
    /// - Returns: What `make` has to say of them.
    /// - Throws: What `make` throws; then the producers stay.
    package func replaceProducers<Report: Sendable>(
        by make: @Sendable (_ start: Timestamp) throws -> (producers: MetricProducers, report: Report)
    ) rethrows -> Report {
        let (producers, report) = try make(pointClock.time(at: clockReading()))
        self.producers = producers
        return report
    }

    /// Everything that is kept from one round to the next, as `make` puts it together.
    ///
    /// To be called between rounds: in the middle of one, some exporters are a collection behind.
    ///
    /// - Parameter make: Runs on the reader's own thread, so that what producers keep and what the reader keeps are of
    ///   the same collection.
    /// - Returns: What `make` returns.
    package func saved<State: Sendable>(as make: @Sendable (MetricProducers, ReaderState) -> State) -> State {
        make(producers, ReaderState(deltas: deltas, endings: endings, scale: pointClock.scale))
    }

    /// Continues from `state`, which another reader has saved.
    ///
    /// To be called before the first round. What was kept for exporters that this reader does not have is forgotten.
    package func resume(_ state: ReaderState) {
        deltas = state.deltas
        endings = state.endings.filter { identities.contains($0.key) }
        pointClock.scale = state.scale
    }

    private func export(
        _ metrics: [ResourceMetrics],
        to exporter: any MetricExporter,
        _ identity: ExporterIdentity,
        isLast: Bool
    ) async -> ExportOutcome {
        let points = metrics.pointCount
        let start = clock.now()
        sdk.begin(points, by: identity)
        let outcome = await exporter.export(metrics, isLast: isLast)
        sdk.end(points, by: identity, with: outcome, after: clock.now() - start)
        return outcome
    }

    /// Reads both clocks, at one moment.
    private func clockReading() -> ClockReading {
        let before = clock.now()
        var reading = ClockReading(wall: now(), elapsed: before)
        // Who was stopped between the two would take that for a step.
        if clock.now() - before > .milliseconds(500) {
            reading = ClockReading(wall: now(), elapsed: clock.now())
        }
        return reading
    }

    /// Collects once; the points have their own time.
    ///
    /// A producer that fails does not keep the others' metrics from leaving.
    ///
    /// - Parameter reader: Who wants it, for the metrics of the agent on itself.
    /// - Returns: What there is now.
    package func collect(for reader: ExporterIdentity) -> Collection {
        let start = clock.now()
        // One moment for all points (OpenTelemetry specification, `metrics/sdk.md`, "Start timestamps").
        let time = pointClock.time(at: clockReading())
        var collection = Collection(time: time, offset: pointClock.offset)
        var error: String?
        let parts = [(resource, producers.machine), (agentResource, producers.agent)]
        for (resource, producers) in parts where !producers.isEmpty {
            var metrics: [Metric] = []
            for producer in producers {
                do {
                    metrics += try producer.metrics(at: time)
                } catch let failure {
                    collection.failures.append("\(failure)")
                    error = "\(type(of: failure))"
                }
            }
            let scopes = [ScopeMetrics(scope: scope, metrics: metrics)]
            collection.metrics.append(ResourceMetrics(resource: resource, scopes: scopes))
        }
        sdk.collected(by: reader, after: clock.now() - start, error: error)
        return collection
    }
}
