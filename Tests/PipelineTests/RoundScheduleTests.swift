import Pipeline
import Testing

/// When rounds are due.
@Suite struct RoundScheduleTests {
    private let schedule = RoundSchedule(interval: .seconds(10))

    @Test func `a round that ends in time does not move the next one`() {
        #expect(schedule.next(after: .seconds(20), endedAt: .seconds(29)) == .seconds(30))
    }

    @Test func `a round that takes longer than an interval skips the starts that it missed`() {
        #expect(schedule.next(after: .seconds(20), endedAt: .seconds(47)) == .seconds(50))
    }

    @Test func `a start that was missed by little is made up for, and the grid stays`() {
        #expect(schedule.next(after: .seconds(20), endedAt: .milliseconds(30_001)) == .seconds(30))
        #expect(schedule.next(after: .seconds(30), endedAt: .milliseconds(31_000)) == .seconds(40))
        #expect(schedule.next(after: .seconds(20), endedAt: .seconds(44)) == .seconds(40))
        #expect(schedule.next(after: .seconds(20), endedAt: .seconds(46)) == .seconds(50))
    }

    @Test func `without a place the first round is due at once`() {
        #expect(schedule.first(at: .seconds(7)) == .seconds(7))
    }

    @Test(arguments: zip([1, 10, 60, 3600], [50, 500, 3000, 3000]))
    func `the first round is due within a tenth of the interval, and within six seconds`(
        interval: Int,
        milliseconds: Int
    ) {
        let schedule = RoundSchedule(interval: .seconds(interval), place: 0.5)
        #expect(schedule.first(at: .seconds(7)) == .seconds(7) + .milliseconds(milliseconds))
    }

    @Test(arguments: [Duration.zero, .seconds(1_700_000_123), .milliseconds(-1_700_000_123_456)])
    func `a place is a part of each interval of the wall clock`(epoch: Duration) {
        let schedule = RoundSchedule(interval: .seconds(10), place: 0.25)
        // The first round was at 3 s, off the grid of 2.5 s, 12.5 s and so on.
        let start = epoch + .seconds(1_000_003)
        var due = schedule.next(after: start, endedAt: start + .milliseconds(20), epoch: epoch)
        #expect(due == epoch + .milliseconds(1_000_012_500))
        for _ in 0..<5 {
            let next = schedule.next(after: due, endedAt: due + .seconds(2), epoch: epoch)
            #expect(next - due == .seconds(10), "intervals are equal")
            due = next
        }
        let late = schedule.next(after: due, endedAt: due + .seconds(136), epoch: epoch)
        #expect(late - due == .seconds(140), "also after a long round")
    }

    @Test func `an agent that starts again goes on where it was`() {
        let place = RoundSchedule.place(of: "32ab4c1c-62c7-5f6f-8f0a-7d4cfa2a0f3c")
        let schedule = RoundSchedule(interval: .seconds(60), place: place)
        let dues = [Duration.zero, .seconds(3), .milliseconds(1_234_567)].map { start in
            // The clock of each process begins at its start.
            let epoch = Duration.zero - start
            let first = schedule.first(at: .zero)
            #expect(first >= .zero && first < .seconds(6))
            let second = schedule.next(after: first, endedAt: first, epoch: epoch)
            #expect(second > first && second - first <= .seconds(60))
            return (second - epoch) / .seconds(60)
        }
        for due in dues { #expect(abs(due - due.rounded(.down) - place) < 1e-9) }
    }

    @Test(arguments: ["host-", "a", "32ab4c1c-62c7-5f6f-8f0a-"])
    func `agents with similar names are spread evenly over the interval`(prefix: String) {
        let (agents, parts) = (10_000, 100)
        var counts = [Int](repeating: 0, count: parts)
        for number in 0..<agents {
            let place = RoundSchedule.place(of: prefix + String(number))
            #expect(place == RoundSchedule.place(of: prefix + String(number)))
            #expect((0..<1).contains(place))
            counts[Int(place * Double(parts))] += 1
        }
        // 100 are expected in each part, with a standard deviation of 10. The sum is distributed as chi-squared with 99
        // degrees of freedom, and more than 160 once in ten thousand times.
        let deviation = counts.reduce(0) { $0 + ($1 - 100) * ($1 - 100) } / 100
        #expect(deviation < 160)
    }

    @Test func `an interval of nothing does not trap`() {
        let schedule = RoundSchedule(interval: .zero, place: 0.5)
        #expect(schedule.next(after: .seconds(1), endedAt: .seconds(2)) == .seconds(2))
    }
}
