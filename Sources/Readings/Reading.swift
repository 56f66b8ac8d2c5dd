package import Metrics

/// All that one collection takes from the kernel, as a plain value that knows no metric.
///
/// Each part is read by itself: where one can't be read, the others are there.
package struct Reading: Sendable {
    /// When it was taken.
    package var taken: Timestamp
    /// What the counters count from.
    package var epoch: Epoch
    /// What sockets there are and what has happened to them, or why that can't be read.
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

/// Where readings come from: the kernel, or a simulation.
package protocol ReadingSource {
    /// Reads everything once.
    ///
    /// It does not throw: what can't be read is an error in its own part of the reading.
    ///
    /// - Parameter time: The moment of the collection, which becomes ``Reading/taken``.
    /// - Returns: What there is and what has happened by now.
    mutating func read(at time: Timestamp) -> Reading
}

/// Why a part of a reading is missing.
package struct ReadingError: Error, CustomStringConvertible {
    /// What the kernel or the operating system refused.
    package let cause: any Error

    /// Creates an error.
    package init(_ cause: any Error) {
        self.cause = cause
    }

    /// The cause in words.
    package var description: String { "\(cause)" }
}
