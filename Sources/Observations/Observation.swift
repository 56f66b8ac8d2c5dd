internal import Catalogue
package import Metrics
package import Readings

/// Turns readings into the metrics of the catalogue.
///
/// The metrics of the machine and those of the upkeep describe different resources but come from the same reading.
/// ``MachineMetrics`` takes the reading, and ``UpkeepMetrics`` uses the same one.
package final class Observation {
    private var source: any ReadingSource
    private let limit: Int
    private let keep: ((ObservedSeries) -> Void)?
    /// What has been added to the kernel's counters so far; nil before the first reading.
    package private(set) var series: ObservedSeries?
    /// The parts of the last reading that are still needed.
    ///
    /// The others can be large, and are released at once.
    private var last: (epoch: Epoch, upkeep: Result<Upkeep, ReadingError>)?

    /// Creates an observation of `source`.
    ///
    /// - Parameters:
    ///   - source: Where readings come from.
    ///   - limit: The most series of each metric.
    ///   - series: Saved series of another observation, to continue with. They are dropped if the epoch differs.
    ///   - keep: Saves the series after each collection, before anything is exported.
    package init(
        of source: any ReadingSource,
        limit: Int = CardinalityLimit<Int>.standard,
        resuming series: ObservedSeries? = nil,
        keep: ((ObservedSeries) -> Void)? = nil
    ) {
        self.keep = keep
        self.source = source
        self.limit = limit
        self.series = series
    }

    /// Takes a reading, and returns the metrics of the machine by workload.
    ///
    /// - Throws: The error that the source had while reading.
    fileprivate func machine(at time: Timestamp) throws -> [MetricGroup] {
        let reading = source.read(at: time)
        last = (reading.epoch, reading.upkeep)
        return try updated(for: reading.epoch) { series in
            series.drift.forget()
            return series.machine(try reading.activity.part(), at: time)
        }
    }

    /// The metrics of what the last reading cost and missed.
    ///
    /// - Throws: The error that the source had while reading that.
    fileprivate func upkeep(at time: Timestamp) throws -> [Metric] {
        guard let last else { return [] }
        // The metrics of the machine were collected before.
        defer { if let series { keep?(series) } }
        return try updated(for: last.epoch) { series in
            series.upkeep(try last.upkeep.part(), at: time)
        }
    }

    /// Continues with the series of `epoch`.
    ///
    /// Series of another epoch are dropped.
    private func updated<Metrics>(
        for epoch: Epoch,
        _ update: (inout ObservedSeries) throws -> Metrics
    ) rethrows -> Metrics {
        var series = self.series ?? ObservedSeries(epoch, limit: limit)
        if series.epoch != epoch {
            series = ObservedSeries(epoch, limit: limit)
        }
        // So that they are changed in place and not copied.
        self.series = nil
        defer { self.series = series }
        return try update(&series)
    }
}

/// The metrics of the machine.
///
/// Each collection takes a new reading.
package struct MachineMetrics: MetricProducer {
    private let observation: Observation

    /// Creates the metrics of `observation`.
    package init(of observation: Observation) {
        self.observation = observation
    }

    /// What the observation has added to the kernel's counters so far; nil before the first reading.
    package var series: ObservedSeries? { observation.series }

    /// The stocks and flows of the host alone.
    package func metrics(at time: Timestamp) throws -> [Metric] {
        try groups(at: time).first { $0.subject == .own }?.metrics ?? []
    }

    /// The stocks and flows of the host and of each workload.
    package func groups(at time: Timestamp) throws -> [MetricGroup] {
        try observation.machine(at: time)
    }
}

/// The metrics of the source of readings about itself: its cost, what it missed, and whether stocks and flows agree.
///
/// Collect it after ``MachineMetrics``, whose reading it uses.
package struct UpkeepMetrics: MetricProducer {
    private let observation: Observation

    /// Creates the metrics of `observation`.
    package init(of observation: Observation) {
        self.observation = observation
    }

    /// The metrics that belong to the agent's own resource.
    package func metrics(at time: Timestamp) throws -> [Metric] {
        try observation.upkeep(at: time)
    }
}

extension Result where Failure == ReadingError {
    /// The value of this part.
    ///
    /// - Throws: The error of the source, unchanged.
    fileprivate func part() throws -> Success {
        do {
            return try get()
        } catch {
            throw error.cause
        }
    }
}
