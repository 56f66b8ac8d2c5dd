internal import Catalogue
internal import Metrics
internal import Readings

/// Everything that user space adds to the kernel's counters, from one collection to the next.
///
/// These are: the starts of series, the values that they had when the kernel's counter was reset, the overflow, and
/// the bases for comparing flows with stocks. It belongs to one epoch. Another process that reads the same epoch can
/// restore a saved value and continue without a gap.
package struct ObservedSeries: Sendable, Codable {
    /// The epoch of the counters.
    let epoch: Epoch
    /// The series of each workload that exists, the host among them.
    private var workloads: [Workload.ID: WorkloadSeries] = [:]
    private let limit: Int
    /// The comparison of stocks and flows.
    var drift = StockDrift()
    private var gaps = Gaps()
    /// The series of each upkeep metric, by the name of the metric.
    private var indexes: [String: SeriesIndex<Label>] = [:]

    // Attributes are not saved, because they follow from the keys.
    private enum CodingKeys: CodingKey {
        case epoch, workloads, limit, drift, gaps
    }

    /// Creates an empty value for at most `limit` series of each metric.
    ///
    /// The limit is for each metric of each workload (OpenTelemetry specification, `metrics/sdk.md`, "Cardinality
    /// limits").
    init(_ epoch: Epoch, limit: Int) {
        self.epoch = epoch
        self.limit = limit
    }

    /// The metrics of the machine, by workload, the host first.
    ///
    /// A workload that has ended is in the result for the last time, and its series are dropped. One that is not in
    /// the reading has ended as well.
    mutating func machine(_ activity: Activity, at time: Timestamp) -> [MetricGroup] {
        drift.note(activity)
        var continued: [Workload.ID: WorkloadSeries] = [:]
        var groups: [MetricGroup] = []
        for part in WorkloadActivity.parts(of: activity) {
            let workload = part.workload
            // Taken out, so that it is changed in place and not copied.
            var series =
                workloads.removeValue(forKey: workload.id)
                ?? WorkloadSeries(workload, epoch: epoch, limit: limit)
            let metrics = series.metrics(of: part, at: time)
            if !workload.hasEnded { continued[workload.id] = series }
            guard workload.id == .host || !metrics.isEmpty else { continue }
            groups.append(MetricGroup(workload.id.subject, attributes: workload.attributes, metrics: metrics))
        }
        workloads = continued
        return groups
    }

    /// The metrics of what a reading cost and missed.
    mutating func upkeep(_ upkeep: Upkeep, at time: Timestamp) -> [Metric] {
        let losses = gaps.losses(upkeep.losses)
        return Catalogue.upkeep.compactMap { definition in
            var values: [(label: Label, value: Number)] = []
            for source in definition.sources {
                guard let more = self.values(of: definition, source, upkeep.programs, losses) else { return nil }
                values += more
            }
            let start = definition.kind == .gauge ? .unknown : epoch.start
            let attributes = indexes[definition.name, default: SeriesIndex()].attributes(
                of: values.lazy.map { $0.label }
            )
            let points = zip(values, attributes).map { entry, attributes in
                NumberDataPoint(attributes: attributes, start: start, time: time, value: entry.value)
            }
            return Metric(definition, points)
        }
    }

    /// The values of a metric by their label; nil if they are not available now.
    private func values(
        of definition: MetricDefinition,
        _ source: Source,
        _ programs: [ProgramCost],
        _ losses: [LossReason: UInt64]
    ) -> [(label: Label, value: Number)]? {
        switch source {
        case .programs(let value):
            // The kernel has not measured any program.
            guard programs.contains(where: { $0.runs > 0 }) else { return nil }
            return programs.map { (Label(AttributeKey.program, $0.name), definition.number(value($0))) }
        case .losses:
            return LossReason.ofCounting.map { reason in
                (Label(AttributeKey.lossReason, reason.rawValue), Number(count: losses[reason] ?? 0))
            }
        case .drift:
            guard let drift = drift.last else { return nil }
            return ConnectionState.eventful.map { state in
                (Label(AttributeKey.state, state.attributeValue), .int(drift[state] ?? 0))
            }
        default:
            return nil
        }
    }
}

extension Workload.ID {
    /// The same as what metrics describe.
    fileprivate var subject: MetricGroup.Subject {
        switch self {
        case .host: .own
        case .overflow: .overflow
        case .workload(let number): .part(number)
        }
    }
}

/// The only attribute of a series.
private struct Label: SeriesKey {
    var key: String
    var value: String

    init(_ key: String, _ value: String) {
        (self.key, self.value) = (key, value)
    }

    var attributes: Attributes { [key: .string(value)] }
}
