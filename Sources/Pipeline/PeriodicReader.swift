package import Metrics
internal import System

/// Collects from producers and passes the metrics to exporters (OpenTelemetry's periodic exporting metric reader).
///
/// Collections run on the reader's own thread, which may block. There is never more than one at a time.
package actor PeriodicReader {
    /// The result of one collection.
    package struct Collection: Sendable {
        /// The metrics, by resource.
        package var metrics: [ResourceMetrics] = []
        /// Why producers could not be read, one line each.
        package var failures: [String] = []
        /// The time of all points, by the points' clock.
        package var time = Timestamp.unknown
        /// The amount to add to that time on export, in nanoseconds.
        package var offset: Int64 = 0
    }

    /// The result of one round.
    package struct Round: Sendable {
        /// The results of the exports, one for each exporter.
        package var outcomes: [ExportOutcome] = []
        /// Why producers could not be read, one line each.
        package var failures: [String] = []
        /// Other warnings for the user, each reported once.
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
    private var resources: SubjectResources
    private var agentResource: Resource
    private let scope: Scope
    private let sdk: SDKMetrics
    let clock: ErasedClock
    /// When rounds are due.
    var schedule: RoundSchedule
    /// When the next round is due, by ``clock``.
    var due: Duration
    /// The start of 1970 by ``clock``, as the wall clock was when the reader was made.
    let epoch: Duration
    private let now: @Sendable () -> Timestamp
    /// One conversion for each form.
    ///
    /// Exporters of one form get the same points, including an exporter that replaces another.
    private var deltas: [PointForm: DeltaConversion] = [:]
    /// The series that each exporter's receiver knows.
    ///
    /// Only this exporter can report their end to it.
    private var endings: [ExporterIdentity: SeriesEndings] = [:]
    private var pointClock: PointClock

    /// Creates a reader of `producers`, all of one scope.
    ///
    /// - Parameters:
    ///   - producers: The producers, which belong to the reader from now on.
    ///   - exporters: The exporters; each gets all metrics.
    ///   - resource: The resource of the metrics.
    ///   - agentResource: The resource of the agent's metrics about itself; nil for the same one.
    ///   - scope: The instrumentation scope.
    ///   - sdk: Receives the reader's metrics about itself.
    ///   - schedule: When ``scheduledRound()`` is due. The first one is due soon.
    ///   - clock: Measures durations, and how far the wall clock should have advanced.
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
        resources = SubjectResources(resource)
        self.agentResource = agentResource ?? resource
        self.scope = scope
        self.sdk = sdk
        self.clock = ErasedClock(clock)
        self.schedule = schedule
        self.now = now
        identities = exporters.identities
        let start = ClockReading(wall: now(), elapsed: self.clock.now())
        due = schedule.first(at: start.elapsed)
        epoch = start.elapsed - .nanoseconds(Int64(clamping: start.wall.unixNanoseconds))
        pointClock = PointClock(start: start)
        for identity in identities {
            sdk.expect(identity)
        }
    }

    /// The actor's own thread, which may block.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Collects once, and exports the metrics to each exporter.
    ///
    /// If a producer fails, the metrics of the others are still exported.
    ///
    /// - Parameter isLast: Whether the process is about to end. Then the stocks end too, so that backends stop showing
    /// them.
    /// - Returns: The result.
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
                .convert(collection.metrics.inForm(form.histograms), isComplete: collection.failures.isEmpty)
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

    /// The final points for the receiver of `exporter` when no exporter will send to it any more: the end of all
    /// stocks.
    package func lastPoints(for exporter: any MetricExporter) -> [ResourceMetrics] {
        let identity = exporter.identity
        guard let known = endings.keys.first(where: { $0.isSame(as: identity) }),
            var ended = endings.removeValue(forKey: known)
        else { return [] }
        return ended.end(at: pointClock.time(at: clockReading())).moved(by: pointClock.offset)
    }

    /// Uses other exporters from the next round on.
    ///
    /// Counters continue.
    package func replace(exporters: [any MetricExporter]) {
        self.exporters = exporters
        identities = exporters.identities
        endings = endings.filter { identities.contains($0.key) }
        for identity in identities {
            sdk.expect(identity)
        }
    }

    /// Uses other resources from the next collection on.
    ///
    /// Counters and deltas continue.
    package func replace(resource: Resource, agentResource: Resource) {
        resources.replace(resource)
        var names = resources.takeRenamed()
        // Without a resource of its own, the agent has the reader's.
        if names[self.agentResource.attributes] == nil, agentResource.attributes != self.agentResource.attributes {
            names[self.agentResource.attributes] = agentResource.attributes
        }
        continueDeltas(under: names)
        self.agentResource = agentResource
    }

    /// Continues the deltas of resources that have changed under their new attributes.
    private func continueDeltas(under names: [Attributes: Attributes]) {
        for form in Array(deltas.keys) { deltas[form]?.rename(names) }
    }

    /// Uses other producers from the next round on.
    ///
    /// - Parameter make: Creates them on the reader's own thread, because that may block. Their counters begin at the
    /// time that
    ///   it is passed.
    /// - Returns: The result of `make`.
    /// - Throws: The error of `make`. Then the present producers stay.
    package func replaceProducers<Report: Sendable>(
        by make: @Sendable (_ start: Timestamp) throws -> (producers: MetricProducers, report: Report)
    ) rethrows -> Report {
        let (producers, report) = try make(pointClock.time(at: clockReading()))
        self.producers = producers
        return report
    }

    /// Everything that is kept from one round to the next, put together by `make`.
    ///
    /// To be called between rounds: in the middle of one, some exporters are a collection behind.
    ///
    /// - Parameter make: Runs on the reader's own thread, so that what producers keep and what the reader keeps are of
    ///   the same collection.
    /// - Returns: What `make` returns.
    package func saved<State: Sendable>(as make: @Sendable (MetricProducers, ReaderState) -> State) -> State {
        make(producers, ReaderState(deltas: deltas, endings: endings, resources: resources, scale: pointClock.scale))
    }

    /// Continues from `state`, which another reader has saved.
    ///
    /// Call it before the first round. What was kept for exporters that this reader does not have is dropped.
    package func resume(_ state: ReaderState) {
        deltas = state.deltas
        endings = state.endings.filter { identities.contains($0.key) }
        pointClock.scale = state.scale
        resources.resume(state.resources)
        continueDeltas(under: resources.takeRenamed())
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

    /// Reads both clocks at the same time.
    private func clockReading() -> ClockReading {
        let before = clock.now()
        var reading = ClockReading(wall: now(), elapsed: before)
        // A process that was stopped between the two readings would see a step of the clock.
        if clock.now() - before > .milliseconds(500) {
            reading = ClockReading(wall: now(), elapsed: clock.now())
        }
        return reading
    }

    /// Collects once without exporting, before the first round is due, to see whether that works.
    package func trial() -> Round {
        var round = Round()
        round.failures = collect(for: .periodicReader).failures
        return round
    }

    /// Collects once.
    ///
    /// The points have their own clock.
    ///
    /// If a producer fails, the metrics of the others are still returned.
    ///
    /// - Parameter reader: The reader or exporter that collects, for the agent's metrics about itself.
    /// - Returns: The result.
    package func collect(for reader: ExporterIdentity) -> Collection {
        let start = clock.now()
        // The same time for all points (OpenTelemetry specification, `metrics/sdk.md`, "Start timestamps").
        let time = pointClock.time(at: clockReading())
        var collection = Collection(time: time, offset: pointClock.offset)
        var error: String?
        func groups(_ producers: [any MetricProducer]) -> [MetricGroup] {
            producers.flatMap { producer -> [MetricGroup] in
                do {
                    return try producer.groups(at: time)
                } catch let failure {
                    collection.failures.append("\(failure)")
                    error = "\(type(of: failure))"
                    return []
                }
            }
        }
        let machine = groups(producers.machine).gathered
        if !producers.machine.isEmpty {
            collection.metrics = machine.map { metrics(of: $0.metrics, resources.resource(of: $0)) }
            if collection.failures.isEmpty { resources.keep(machine) }
            continueDeltas(under: resources.takeRenamed())
        }
        if !producers.agent.isEmpty {
            collection.metrics.append(metrics(of: groups(producers.agent).flatMap(\.metrics), agentResource))
        }
        sdk.collected(by: reader, after: clock.now() - start, error: error)
        return collection
    }

    private func metrics(of metrics: [Metric], _ resource: Resource) -> ResourceMetrics {
        ResourceMetrics(resource: resource, scopes: [ScopeMetrics(scope: scope, metrics: metrics)])
    }
}
