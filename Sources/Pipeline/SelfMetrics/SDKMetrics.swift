internal import Catalogue
package import Metrics
internal import Synchronization

/// Metrics of exporters and readers (semantic conventions, `otel/sdk-metrics.md`).
///
/// It counts every export, including failed ones, and reports them in the next collection.
package final class SDKMetrics: Sendable {
    /// Identifies a series of export durations.
    private struct OperationKey: SeriesKey {
        var exporter: ExporterIdentity
        var status: Int?
        var error: String?

        var attributes: Attributes {
            var attributes = exporter.attributes
            attributes[AttributeKey.statusCode] = status.map { .int(Int64($0)) }
            attributes[AttributeKey.error] = error.map { .string($0) }
            return attributes
        }
    }

    /// Identifies a series of collections, or of exported points.
    private struct ResultKey: SeriesKey {
        var component: ExporterIdentity
        var error: String?

        var attributes: Attributes {
            var attributes = component.attributes
            attributes[AttributeKey.error] = error.map { .string($0) }
            return attributes
        }
    }

    /// The number and the sum of durations.
    private struct Durations {
        var count: UInt64 = 0
        var sum = Duration.zero

        mutating func add(_ duration: Duration) {
            count.add(1)
            sum += duration
        }
    }

    /// Points that an exporter is exporting, and points in its queue.
    private struct Pending {
        var exporting = 0
        var queued = 0
    }

    private struct State {
        var start: Timestamp
        var pending = Series<ExporterIdentity, Pending>()
        var points = Series<ResultKey, UInt64>()
        var operations = Series<OperationKey, Durations>()
        var collections = Series<ResultKey, Durations>()
    }

    private let state: Mutex<State>

    /// Creates metrics without measurements; counting begins at `start`.
    package init(start: Timestamp) {
        state = Mutex(State(start: start))
    }

    /// Resets all counters, for an agent that continues with another identity; points in flight stay.
    package func restart(at start: Timestamp) {
        state.withLock { state in
            let pending = state.pending
            state = State(start: start, pending: pending)
            for exporter in pending.keys {
                state.points[ResultKey(component: exporter), default: 0].add(0)
            }
        }
    }

    /// Adds series with zeros for an exporter before its first export, so that the first change is visible.
    package func expect(_ exporter: ExporterIdentity) {
        state.withLock { state in
            state.pending[exporter, default: Pending()].exporting += 0
            state.points[ResultKey(component: exporter), default: 0].add(0)
        }
    }

    /// Notes that an export of `points` begins.
    package func begin(_ points: Int, by exporter: ExporterIdentity) {
        state.withLock { $0.pending[exporter, default: Pending()].exporting += points }
    }

    /// Notes that an export of `points` is over; queued points are still in flight.
    package func end(
        _ points: Int,
        by exporter: ExporterIdentity,
        with outcome: ExportOutcome,
        after duration: Duration
    ) {
        let error = outcome.failure?.description
        state.withLock { state in
            state.pending[exporter, default: Pending()].exporting -= points
            state.pending[exporter, default: Pending()].queued = outcome.queuedPoints
            state.points[ResultKey(component: exporter), default: 0].add(UInt64(clamping: outcome.acceptedPoints))
            for (failure, points) in outcome.lostPoints {
                let key = ResultKey(component: exporter, error: failure.description)
                state.points[key, default: 0].add(UInt64(clamping: points))
            }
            let key = OperationKey(exporter: exporter, status: outcome.status, error: error)
            state.operations[key, default: Durations()].add(duration)
        }
    }

    /// Notes that a collection is over; `error` is the kind of failure, not a text for people.
    package func collected(by reader: ExporterIdentity, after duration: Duration, error: String?) {
        state.withLock { state in
            state.collections[ResultKey(component: reader, error: error), default: Durations()].add(duration)
        }
    }
}

/// Values by key, in the order in which the keys were added.
private struct Series<Key: SeriesKey, Value> {
    private struct Entry {
        let key: Key
        /// Made once and shared by all points.
        let attributes: Attributes
        var value: Value
    }

    private var entries: [Entry] = []
    private var places: [Key: Int] = [:]

    var keys: [Key] { entries.map(\.key) }

    subscript(key: Key, default initial: Value) -> Value {
        get { places[key].map { entries[$0].value } ?? initial }
        set {
            if let place = places[key] {
                entries[place].value = newValue
            } else {
                places[key] = entries.count
                entries.append(Entry(key: key, attributes: key.attributes, value: newValue))
            }
        }
    }

    func map<Result>(_ transform: (Attributes, Value) -> Result) -> [Result] {
        entries.map { transform($0.attributes, $0.value) }
    }
}

extension SDKMetrics: MetricProducer {
    /// The metrics; empty histograms are left out.
    package func metrics(at time: Timestamp) -> [Metric] {
        let state = state.withLock { $0 }
        let inFlight = state.pending.map { ($0, UInt64(clamping: $1.exporting + $1.queued)) }
        let points = state.points.map { ($0, $1) }
        let operations = state.operations.map { ($0, $1) }
        let collections = state.collections.map { ($0, $1) }
        let metrics = [
            Metric(.exportedPoints, numbers(points, from: state.start, at: time)),
            Metric(.pointsInFlight, numbers(inFlight, from: state.start, at: time)),
            Metric(.exportDuration, histograms(operations, from: state.start, at: time)),
            Metric(.collectionDuration, histograms(collections, from: state.start, at: time)),
        ]
        return metrics.filter { $0.data.pointCount > 0 }
    }

    private func numbers(
        _ values: [(Attributes, UInt64)],
        from start: Timestamp,
        at time: Timestamp
    ) -> [NumberDataPoint] {
        values.map { NumberDataPoint(attributes: $0, start: start, time: time, value: Number(count: $1)) }
    }

    /// Points with a single bucket: the conventions recommend no bounds.
    private func histograms(
        _ values: [(Attributes, Durations)],
        from start: Timestamp,
        at time: Timestamp
    ) -> [HistogramDataPoint] {
        values.map { attributes, durations in
            HistogramDataPoint(
                attributes: attributes,
                start: start,
                time: time,
                count: durations.count,
                sum: durations.sum / .seconds(1),
                bucketCounts: [durations.count],
                explicitBounds: []
            )
        }
    }
}
