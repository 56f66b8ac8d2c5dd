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
    /// The series of the host.
    private var host: WorkloadSeries
    /// The comparison of stocks and flows.
    var drift = StockDrift()
    private var gaps = Gaps()

    /// Creates an empty value for at most `limit` series of each metric.
    init(_ epoch: Epoch, limit: Int) {
        self.epoch = epoch
        host = WorkloadSeries(.host, epoch: epoch, limit: limit)
    }

    /// The metrics of the machine.
    mutating func machine(_ activity: Activity, at time: Timestamp) -> [Metric] {
        drift.note(activity)
        return host.metrics(of: activity, at: time)
    }

    /// The metrics of what a reading cost and missed.
    mutating func upkeep(_ upkeep: Upkeep, at time: Timestamp) -> [Metric] {
        let losses = gaps.losses(upkeep.losses)
        return Catalogue.upkeep.compactMap { definition in
            var points: [NumberDataPoint] = []
            for source in definition.sources {
                guard let more = self.points(of: definition, source, upkeep.programs, losses, time) else { return nil }
                points += more
            }
            return Metric(definition, points)
        }
    }

    /// The points of a metric; nil if they are not available now.
    private func points(
        of definition: MetricDefinition,
        _ source: Source,
        _ programs: [ProgramCost],
        _ losses: [LossReason: UInt64],
        _ time: Timestamp
    ) -> [NumberDataPoint]? {
        func point(_ key: String, _ value: String, _ number: Number) -> NumberDataPoint {
            let start = definition.kind == .gauge ? .unknown : epoch.start
            return NumberDataPoint(attributes: [key: .string(value)], start: start, time: time, value: number)
        }
        switch source {
        case .programs(let value):
            // The kernel has not measured any program.
            guard programs.contains(where: { $0.runs > 0 }) else { return nil }
            return programs.map { point(AttributeKey.program, $0.name, definition.number(value($0))) }
        case .losses:
            return LossReason.ofCounting.map { reason in
                point(AttributeKey.lossReason, reason.rawValue, Number(count: losses[reason] ?? 0))
            }
        case .drift:
            guard let drift = drift.last else { return nil }
            return ConnectionState.eventful.map { state in
                point(AttributeKey.state, state.attributeValue, .int(drift[state] ?? 0))
            }
        default:
            return nil
        }
    }
}
