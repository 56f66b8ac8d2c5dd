import Pipeline
import Testing

/// When rounds are due.
@Suite struct RoundScheduleTests {
    private let schedule = RoundSchedule(interval: .seconds(10))

    @Test func `a round that ends in time does not move the next one`() {
        #expect(schedule.next(after: .seconds(20), endedAt: .seconds(29)) == .seconds(30))
    }

    @Test func `a round that takes longer than an interval skips the starts that it missed`() {
        #expect(schedule.next(after: .seconds(20), endedAt: .seconds(47)) == .seconds(47))
    }
}
