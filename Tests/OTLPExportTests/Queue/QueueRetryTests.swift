import Testing

@testable import OTLPExport

/// How often and when the queue tries a request again before its receiver counts as failing.
@Suite struct QueueRetryTests: QueueScheduleTesting {
    @Test func `a request is tried again until its timeout is over`() throws {
        var schedule = schedule()
        _ = export(request(5), to: &schedule)
        _ = try send(&schedule, at: .seconds(10))
        #expect(schedule.fail(request(5), .soon(retryAfter: nil), at: .seconds(10), isLast: false, random: 0) == nil)
        #expect(!schedule.isFailing, "its time is not over")
        #expect((schedule.count, schedule.pointCount) == (1, 5))
        #expect(schedule.next(at: .seconds(10)) == .wait(.seconds(1)))
        _ = try send(&schedule, at: .seconds(11))
        // A part was accepted: the rest has what is left of the time.
        #expect(schedule.fail(request(3), .soon(retryAfter: nil), at: .seconds(11), isLast: false, random: 0) == nil)
        #expect(schedule.pointCount == 3)
        #expect(schedule.next(at: .seconds(12)) == .wait(.seconds(1)))
        #expect(try send(&schedule, at: .seconds(13)) == request(3))
        let progress = QueueSchedule.Progress(attempts: 3, elapsed: .seconds(3), timeLeft: .seconds(1))
        #expect(schedule.progress(at: .seconds(13)) == progress)
        #expect(schedule.fail(request(3), .soon(retryAfter: nil), at: .seconds(13), isLast: false, random: 0) == [])
        #expect(schedule.isFailing)
        #expect(schedule.next(at: .seconds(13)) == .wait(.seconds(1)))
        // From then on there is one attempt at a time, and it has the whole timeout.
        _ = try send(&schedule, at: .seconds(14))
        #expect(schedule.progress(at: .seconds(14)).timeLeft == .seconds(4))
        #expect(schedule.fail(request(3), .soon(retryAfter: nil), at: .seconds(14), isLast: false, random: 0) == [])
        #expect(schedule.next(at: .seconds(14)) == .wait(.seconds(2)))
    }

    @Test func `what is tried again is not dropped for others, and at the end it is lost with them`() throws {
        var schedule = schedule(memory: 10)
        _ = export(request(1), to: &schedule)
        _ = try send(&schedule, at: .zero)
        #expect(schedule.fail(request(1), .soon(retryAfter: nil), at: .zero, isLast: false, random: 0) == nil)
        #expect(export(request(2), to: &schedule) == [])
        #expect(schedule.dropMemory() == [request(1), request(2)])
        #expect(schedule.count == 0)
        #expect(schedule.next(at: .seconds(9)) == .idle)
    }

    @Test func `what needs repair is not tried again within its timeout`() throws {
        var schedule = schedule()
        _ = export(request(1), to: &schedule)
        _ = try send(&schedule, at: .zero)
        #expect(schedule.fail(request(1), .later, at: .zero, isLast: false, random: 0) == [])
        #expect(schedule.isFailing)
        #expect(schedule.next(at: .zero) == .wait(.seconds(1)))
    }
}
