internal import Catalogue
package import Metrics
package import Readings

/// Turns readings into the metrics of the catalogue.
///
/// The metrics of the machine and those of the upkeep are different resources and come from the same reading:
/// ``MachineMetrics`` takes it, ``UpkeepMetrics`` uses what it took.
package final class Observation {
    private var source: any ReadingSource
    private let limit: Int
    /// What was added to the kernel's counters so far; nil before the first reading.
    package private(set) var series: ObservedSeries?
    private var reading: Reading?

    /// Creates an observation of `source`.
    ///
    /// - Parameters:
    ///   - source: Where readings come from.
    ///   - limit: The most series of each metric.
    ///   - series: What another observation has left, to go on from; of another epoch it is forgotten.
    package init(
        of source: any ReadingSource,
        limit: Int = CardinalityLimit<Int>.standard,
        resuming series: ObservedSeries? = nil
    ) {
        self.source = source
        self.limit = limit
        self.series = series
    }

    /// Takes a reading, and gives the metrics of the machine.
    ///
    /// - Throws: What kept the source from reading.
    fileprivate func machine(at time: Timestamp) throws -> [Metric] {
        let reading = source.read(at: time)
        self.reading = reading
        return try updated(by: reading) { series in
            series.drift.forget()
            return series.machine(try reading.activity.part(), at: time)
        }
    }

    /// The metrics of what the last reading cost and missed.
    ///
    /// - Throws: What kept the source from reading that.
    fileprivate func upkeep(at time: Timestamp) throws -> [Metric] {
        guard let reading else { return [] }
        return try updated(by: reading) { series in
            series.upkeep(try reading.upkeep.part(), at: time)
        }
    }

    /// Goes on with the series of the reading's epoch; those of another one have ended.
    private func updated(
        by reading: Reading,
        _ update: (inout ObservedSeries) throws -> [Metric]
    ) rethrows -> [Metric] {
        var series = self.series ?? ObservedSeries(reading.epoch, limit: limit)
        if series.epoch != reading.epoch {
            series = ObservedSeries(reading.epoch, limit: limit)
        }
        // Not copied while it is changed.
        self.series = nil
        defer { self.series = series }
        return try update(&series)
    }
}

/// The metrics of the machine; each collection takes a new reading.
package struct MachineMetrics: MetricProducer {
    private let observation: Observation

    /// Creates the metrics of `observation`.
    package init(of observation: Observation) {
        self.observation = observation
    }

    /// What the observation has added to the kernel's counters so far; nil before the first reading.
    package var series: ObservedSeries? { observation.series }

    /// What there is and what happens.
    package func metrics(at time: Timestamp) throws -> [Metric] {
        try observation.machine(at: time)
    }
}

/// What the source of readings says of itself: what it costs, what it missed, and whether stocks and flows agree.
///
/// To be collected after ``MachineMetrics``, whose reading it shares.
package struct UpkeepMetrics: MetricProducer {
    private let observation: Observation

    /// Creates the metrics of `observation`.
    package init(of observation: Observation) {
        self.observation = observation
    }

    /// The part of the catalogue that the agent's own resource has.
    package func metrics(at time: Timestamp) throws -> [Metric] {
        try observation.upkeep(at: time)
    }
}

extension Result where Failure == ReadingError {
    /// The part.
    ///
    /// - Throws: What kept the source from reading it, as the source has thrown it.
    fileprivate func part() throws -> Success {
        do {
            return try get()
        } catch {
            throw error.cause
        }
    }
}
