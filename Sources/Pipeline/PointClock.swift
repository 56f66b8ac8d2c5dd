internal import Metrics
internal import System

/// What the clocks of the machine say at one moment.
struct ClockReading: Sendable {
    /// The wall clock, which can be wrong, and is set then.
    var wall: Timestamp
    /// The time since some moment, which nobody can set; it goes on while the machine sleeps.
    var elapsed: Duration
}

/// The times of points: those of the wall clock, in a way that survives its being set.
///
/// Points are dated within a time of their own, in which each is later than the one before, as it must be
/// (OpenTelemetry specification, `metrics/data-model.md`, "Resets and Gaps"). When the wall clock is set, what it was
/// set by is noted as ``offset`` and that time goes on as if nothing had happened. What leaves is moved by the offset:
/// the points of now to the time that is right, and their starts with them, for they are as long ago as before.
struct PointClock {
    /// Smaller steps harm nothing.
    private static let tolerance: Int128 = 1_000_000_000
    /// How much faster or slower a clock is run, at most, that is led to the right time without a step (chrony: 1/12).
    private static let slew: Int128 = 10

    /// How far the wall clock is ahead of the points' own time, in nanoseconds.
    private(set) var offset: Int64 = 0
    private var last: Timestamp
    private var reading: ClockReading
    private var warnings: [String] = []

    /// A clock whose points are all later than `start`.
    init(start: ClockReading) {
        last = start.wall
        reading = start
    }

    /// The time, by the points' own, of what is collected at `reading`.
    mutating func time(at reading: ClockReading) -> Timestamp {
        let elapsed = max(0, reading.elapsed.nanoseconds - self.reading.elapsed.nanoseconds)
        let wall = Int128(reading.wall.unixNanoseconds) - Int128(self.reading.wall.unixNanoseconds)
        let step = wall - elapsed
        self.reading = reading
        if step.magnitude > max(Self.tolerance, elapsed / Self.slew).magnitude {
            offset = Int64(clamping: Int128(offset) + step)
            warnings.append(Self.warning(of: step))
        }
        last = max(reading.wall.advanced(by: offset == .min ? .max : -offset), last.next)
        return last
    }

    /// What the user should know since this was asked last.
    mutating func takeWarnings() -> [String] {
        defer { warnings = [] }
        return warnings
    }

    private static func warning(of step: Int128) -> String {
        let day: Int128 = 86_400 * 1_000_000_000
        let nanoseconds = Int64(clamping: Int128(step.magnitude))
        let length = nanoseconds < 2 * day ? Duration.nanoseconds(nanoseconds).text : "\(nanoseconds / Int64(day)) days"
        let change =
            "the clock was set \(step < 0 ? "back" : "forward") by \(length): points have the right time from now on, "
            + "and a new start time, which is as long ago as before"
        return step < 0 ? change + "; receivers may refuse them until it is later than they have seen" : change
    }
}

extension Duration {
    /// The whole nanoseconds.
    fileprivate var nanoseconds: Int128 {
        Int128(components.seconds) * 1_000_000_000 + Int128(components.attoseconds) / 1_000_000_000
    }
}
