package import Metrics

/// Everything that one collection takes from the kernel, as a plain value without names of metrics.
///
/// The parts are independent: if one can't be read, the others are still valid.
package struct Reading: Sendable {
    /// When it was taken.
    package var taken: Timestamp
    /// The start of the counters.
    package var epoch: Epoch
    /// The sockets and what has happened to them, or why that can't be read.
    package var activity: Result<Activity, ReadingError>
    /// What reading costs and what it missed, or why that can't be read.
    package var upkeep: Result<Upkeep, ReadingError>

    /// Creates a reading.
    package init(
        taken: Timestamp,
        epoch: Epoch,
        activity: Result<Activity, ReadingError>,
        upkeep: Result<Upkeep, ReadingError>
    ) {
        self.taken = taken
        self.epoch = epoch
        self.activity = activity
        self.upkeep = upkeep
    }
}

/// A source of readings: the kernel, or a simulation.
package protocol ReadingSource {
    /// Takes one reading of everything.
    ///
    /// It does not throw: an error is stored in the part of the reading that it affects.
    ///
    /// - Parameter time: The time of the collection, which becomes ``Reading/taken``.
    /// - Returns: The reading.
    mutating func read(at time: Timestamp) -> Reading
}

/// Why a part of a reading is missing.
package struct ReadingError: Error, CustomStringConvertible {
    /// The underlying error.
    package let cause: any Error

    /// Creates an error.
    package init(_ cause: any Error) {
        self.cause = cause
    }

    /// The text of the cause.
    package var description: String { "\(cause)" }
}
