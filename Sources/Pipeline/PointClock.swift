internal import Metrics
internal import System

/// Simultaneous readings of two clocks.
struct ClockReading: Sendable {
    /// The wall clock, which may be wrong and may be set.
    var wall: Timestamp
    /// The time since some moment, by a clock that nobody can set and that continues while the machine sleeps.
    var elapsed: Duration
}

/// The points' own time scale, as another process can continue it.
struct TimeScale: Sendable, Codable {
    /// The difference to the wall clock, in nanoseconds.
    var offset: Int64
    /// The time of the last collection.
    var last: Timestamp
}

/// Dates points by the wall clock, in a way that survives changes of the clock.
///
/// Points are dated in a time scale of their own, in which each is later than the one before, as required
/// (OpenTelemetry specification, `metrics/data-model.md`, "Resets and Gaps"). When the wall clock is set, the change is
/// added to ``offset``, and the own scale continues unchanged. Points that are exported are shifted by the offset: the
/// current ones to the correct time, and their starts by the same amount, because they are as long ago as before.
struct PointClock {
    /// Smaller steps are harmless.
    private static let tolerance: Int128 = 1_000_000_000
    /// The limit at which a clock is adjusted without a step, as a divisor of the elapsed time (chrony: 1/12).
    private static let slew: Int128 = 10

    /// The difference from the points' own time scale to the wall clock, in nanoseconds.
    private(set) var offset: Int64 = 0
    private var last: Timestamp
    private var reading: ClockReading
    private var warnings: [String] = []

    /// Creates a clock; all times are later than `start`.
    init(start: ClockReading) {
        last = start.wall
        reading = start
    }

    /// The time of a collection at `reading`, in the points' own scale.
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

    /// The time scale so far.
    ///
    /// Setting it continues that scale. A change of the clock between the two processes is not noticed.
    var scale: TimeScale {
        get { TimeScale(offset: offset, last: last) }
        set { (offset, last) = (newValue.offset, newValue.last) }
    }

    /// Returns the warnings since the last call.
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
        return step < 0 ? change + "; receivers may refuse them until they are later than the last ones" : change
    }
}

extension Duration {
    /// The integer number of nanoseconds.
    fileprivate var nanoseconds: Int128 {
        Int128(components.seconds) * 1_000_000_000 + Int128(components.attoseconds) / 1_000_000_000
    }
}
