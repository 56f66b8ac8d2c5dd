internal import Catalogue
internal import Metrics
internal import Readings

/// All that is added to the kernel's counters between one collection and the next.
///
/// Where series began, what they had when the kernel's counter began anew, what is beyond the limit, and what flows are
/// held against. It belongs to one epoch.
struct ObservedSeries: Sendable {
    /// What the counters count from.
    let epoch: Epoch
    /// The series of the host.
    private var host: WorkloadSeries
    /// What stocks and flows say of each other.
    var drift = StockDrift()
    private var gaps = Gaps()

    /// Creates no series yet, at most `limit` of each metric.
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
        gaps.note(upkeep.losses.gaps, recursions: upkeep.losses.recursions)
        return Catalogue.upkeep.compactMap { definition in
            var points: [NumberDataPoint] = []
            for source in definition.sources {
                guard let more = self.points(of: definition, source, upkeep, time) else { return nil }
                points += more
            }
            return Metric(definition, points)
        }
    }

    /// The points of a metric; nil when it can't be had now.
    private func points(
        of definition: MetricDefinition,
        _ source: Source,
        _ upkeep: Upkeep,
        _ time: Timestamp
    ) -> [NumberDataPoint]? {
        func point(_ key: String, _ value: String, _ number: Number) -> NumberDataPoint {
            let start = definition.kind == .gauge ? .unknown : epoch.start
            return NumberDataPoint(attributes: [key: .string(value)], start: start, time: time, value: number)
        }
        switch source {
        case .programs(let value):
            // The kernel has never counted.
            guard upkeep.programs.contains(where: { $0.runs > 0 }) else { return nil }
            return upkeep.programs.map { point(AttributeKey.program, $0.name, definition.number(value($0))) }
        case .losses:
            return LossReason.ofCounting.map { reason in
                point(AttributeKey.lossReason, reason.rawValue, Number(count: count(reason, of: upkeep.losses)))
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

    private func count(_ reason: LossReason, of losses: Losses) -> UInt64 {
        switch reason {
        case .mapFull: losses.mapFull
        case .allocation: losses.allocation
        case .unseen: gaps.unseen
        case .recursion: gaps.recursion
        case .ringFull: 0
        }
    }
}
