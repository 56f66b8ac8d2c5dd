import Metrics
import Testing

@testable import Pipeline

@Suite struct PointClockTests {
    private static let second: UInt64 = 1_000_000_000
    private static let year = 365.25 * 86_400

    /// Readings of the clocks, and the times of points.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// The start by the wall clock, in seconds.
        var start: Double
        /// The wall clock's time, and the seconds since the start.
        var readings: [(wall: Double, elapsed: Double)]
        /// The starts that the points have.
        var starts: [Double]
        /// The beginning of each warning.
        var warnings: [String] = []
    }

    static let cases = [
        Case(
            testDescription: "a clock that is right",
            start: 100,
            readings: [(110, 10), (120, 20), (120.5, 20.5)],
            starts: [100, 100, 100]
        ),
        Case(
            testDescription: "a clock from 1970, set right once",
            start: 5,
            readings: [(15, 10), (56 * year + 25, 20), (56 * year + 35, 30)],
            starts: [5, 56 * year + 5, 56 * year + 5],
            warnings: ["the clock was set forward by 20454 days: "]
        ),
        Case(
            testDescription: "set right before the first collection",
            start: 16 * year,
            readings: [(56 * year, 1), (56 * year + 9, 10)],
            starts: [56 * year - 1, 56 * year - 1],
            warnings: ["the clock was set forward by 14609 days: "]
        ),
        Case(
            testDescription: "set back by three hours",
            start: 20_000,
            readings: [(20_060, 60), (9_320, 120), (9_380, 180)],
            starts: [20_000, 9_200, 9_200],
            warnings: ["the clock was set back by 10800 s: "]
        ),
        Case(
            testDescription: "set back behind the beginning",
            start: 100,
            readings: [(110, 10), (60, 20)],
            starts: [100, 40],
            warnings: ["the clock was set back by 60 s: "]
        ),
        Case(
            testDescription: "forth and back, by summer time written into the clock",
            start: 100,
            readings: [(3710, 10), (3720, 20), (130, 30), (140, 40)],
            starts: [3700, 3700, 100, 100],
            warnings: ["the clock was set forward by 3600 s: ", "the clock was set back by 3600 s: "]
        ),
        Case(
            testDescription: "forth by less than the time since the beginning",
            start: 100,
            readings: [(3700, 3600), (3790, 3660)],
            starts: [100, 130],
            warnings: ["the clock was set forward by 30 s: "]
        ),
        Case(
            testDescription: "led to the right time as fast as that is done",
            start: 100,
            readings: [(165, 60), (230, 120), (285, 180), (340, 240)],
            starts: [100, 100, 100, 100]
        ),
        Case(
            testDescription: "a leap second",
            start: 100,
            readings: [(110, 10), (119, 20), (129, 30)],
            starts: [100, 100, 100]
        ),
        Case(
            testDescription: "a machine that slept",
            start: 100,
            readings: [(110, 10), (86_510, 86_410)],
            starts: [100, 100]
        ),
        Case(
            testDescription: "a step that harms nothing",
            start: 100,
            readings: [(160, 60), (218, 120), (278, 180)],
            starts: [100, 100, 100]
        ),
    ]

    private func stamp(_ seconds: Double) -> Timestamp {
        Timestamp(unixNanoseconds: UInt64(seconds * 1000) * (Self.second / 1000))
    }

    @Test(arguments: cases)
    func `points have the right time, and starts move with the clock (conformance 85)`(sample: Case) {
        var clock = PointClock(start: ClockReading(wall: stamp(sample.start), elapsed: .zero))
        var (starts, warnings): ([Timestamp], [String]) = ([], [])
        var before = stamp(sample.start)
        for reading in sample.readings {
            let elapsed = Duration.milliseconds(Int(reading.elapsed * 1000))
            let time = clock.time(at: ClockReading(wall: stamp(reading.wall), elapsed: elapsed))
            #expect(time > before, "by their own time points are later than those before")
            before = time
            #expect(time.advanced(by: clock.offset) == stamp(reading.wall))
            starts.append(stamp(sample.start).advanced(by: clock.offset))
            warnings += clock.takeWarnings()
        }
        #expect(starts == sample.starts.map { stamp($0) })
        #expect(warnings.count == sample.warnings.count)
        for (warning, beginning) in zip(warnings, sample.warnings) {
            #expect(warning.hasPrefix(beginning), "\(warning)")
        }
    }

    @Test func `after a small step back, times advance by a nanosecond a collection`() {
        var clock = PointClock(start: ClockReading(wall: stamp(100), elapsed: .zero))
        let walls = [110, 109.5, 109.6, 110.4]
        let times = walls.map { clock.time(at: ClockReading(wall: stamp($0), elapsed: .seconds(10))) }
        #expect(times == [stamp(110), stamp(110).next, stamp(110).next.next, stamp(110.4)])
        #expect(clock.offset == 0 && clock.takeWarnings().isEmpty)
    }

    @Test(arguments: [0, 1, UInt64.max / 2, .max - 1, .max]) func `no time of the clock ends the program`(wall: UInt64)
    {
        for other in [0, 1, UInt64.max / 2, .max - 1, .max] {
            for elapsed in [Duration.zero, .seconds(Int64.max), .seconds(-5)] {
                var clock = PointClock(start: ClockReading(wall: Timestamp(unixNanoseconds: wall), elapsed: .zero))
                for next in [other, wall, other] {
                    let reading = ClockReading(wall: Timestamp(unixNanoseconds: next), elapsed: elapsed)
                    _ = clock.time(at: reading).advanced(by: clock.offset)
                }
            }
        }
    }
}
