import Testing

@testable import OTLPExport

/// How a backlog is sent after an outage.
@Suite struct BacklogTests: QueueScheduleTesting {
    /// Lets the oldest fail at the moment `now`, and returns when it may be tried again.
    private func fail(_ schedule: inout QueueSchedule, at now: Duration) throws -> Duration {
        let request = try send(&schedule, at: now)
        _ = schedule.fail(request, .soon(retryAfter: nil), at: now, isLast: true, random: 0)
        return now + (try wait(schedule, at: now))
    }

    /// How long the schedule wants to wait.
    private func wait(_ schedule: QueueSchedule, at now: Duration) throws -> Duration {
        var schedule = schedule
        let step = schedule.next(at: now)
        guard case .wait(let time) = step else { throw Unexpected(step: step) }
        return time
    }

    private struct Unexpected: Error {
        var step: QueueSchedule.Step
    }

    /// The moments at which requests are sent from `now` on, each answered at once.
    private func moments(_ schedule: inout QueueSchedule, from now: Duration) -> [Duration] {
        var (now, moments) = (now, [Duration]())
        while true {
            switch schedule.next(at: now) {
            case .idle: return moments
            case .wait(let time): now += time
            case .send:
                moments.append(now)
                schedule.succeed(at: now, random: 0.5)
            }
        }
    }

    @Test(arguments: [4, 40, 400])
    func `after an outage a backlog is spread over the longest backoff`(count: Int) throws {
        var schedule = schedule(memory: 100_000)
        for number in 0..<count { _ = export(request(number % 100 + 1), to: &schedule) }
        let end = try fail(&schedule, at: .zero)
        let moments = moments(&schedule, from: end)
        #expect(moments.count == count)
        let first = try #require(moments.first)
        let seconds = try #require(moments.last) - first
        // No pause is longer than a second.
        #expect(seconds > .seconds(min(7.9, Double(count - 1) - 0.1)) && seconds <= .seconds(8.1))
        let early = moments.count { $0 - first < .seconds(1) }
        #expect(early <= count / 7 + 1, "hardly anything comes in the first second")
    }

    @Test func `what is exported meanwhile waits behind the backlog, and then there are no pauses`() throws {
        var schedule = schedule()
        for points in 1...4 { _ = export(request(points), to: &schedule) }
        var now = try fail(&schedule, at: .zero)
        _ = try send(&schedule, at: now)
        schedule.succeed(at: now, random: 0.5)
        _ = export(request(5), to: &schedule)
        let rest = moments(&schedule, from: now)
        #expect(rest.count == 4)
        now = try #require(rest.last)
        for points in 6...7 { _ = export(request(points), to: &schedule) }
        _ = try send(&schedule, at: now)
        schedule.succeed(at: now, random: 0.5)
        #expect(try wait(schedule, at: now) == .milliseconds(10), "the outage is over")
    }

    @Test func `a backlog ends, however often is exported meanwhile`() throws {
        var schedule = schedule(memory: 100_000)
        for number in 0..<40 { _ = export(request(number % 100 + 1), to: &schedule) }
        let end = try fail(&schedule, at: .zero)
        var (now, next) = (end, end)
        // An export each 100 ms.
        while now < end + .seconds(20) {
            while next <= now {
                _ = export(request(1), to: &schedule)
                next += .milliseconds(100)
            }
            switch schedule.next(at: now) {
            case .idle: now = next
            case .wait(let time): now = min(now + time, next)
            case .send: schedule.succeed(at: now, random: 0.5)
            }
        }
        #expect(schedule.count <= 1)
    }

    @Test func `one export of more requests is not slowed down`() throws {
        var schedule = schedule()
        for points in 1...4 { _ = export(request(points), to: &schedule) }
        #expect(moments(&schedule, from: .zero) == [0, 10, 20, 30].map { .milliseconds($0) })
    }

    @Test func `what an earlier process left is a backlog, too`() throws {
        var schedule = schedule(spool: 10_000)
        #expect(schedule.restore((1...80).map { spooled($0) }) == [])
        _ = export(spooled(99), to: &schedule)
        let moments = moments(&schedule, from: .zero)
        #expect(moments.count == 81)
        #expect(try #require(moments.last) > .milliseconds(7900))
    }

    @Test func `the last export does not spread what waits`() throws {
        var schedule = schedule(memory: 1000)
        for points in 1...50 { _ = export(request(points), to: &schedule) }
        let end = try fail(&schedule, at: .zero)
        _ = try send(&schedule, at: end)
        schedule.succeed(at: end, random: 0.5)
        #expect(try wait(schedule, at: end) > .milliseconds(100))
        schedule.skipDelay()
        let moments = moments(&schedule, from: end)
        #expect(try #require(moments.last) - end == .milliseconds(480))
    }
}
