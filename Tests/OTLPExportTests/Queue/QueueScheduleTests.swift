import Metrics
import Testing

@testable import OTLPExport

/// The rules of the queue, without sockets, files and clocks.
@Suite struct QueueScheduleTests: QueueScheduleTesting {
    /// Sends the oldest and lets it fail for the last time within its timeout.
    private func fail(
        _ schedule: inout QueueSchedule,
        at now: Duration,
        retryAfter: Duration? = nil
    ) throws -> [QueuedRequest] {
        let request = try send(&schedule, at: now)
        return try fail(request, &schedule, at: now, retryAfter: retryAfter)
    }

    /// Lets the attempt at `request` fail, which is the last one within its timeout.
    private func fail(
        _ request: QueuedRequest,
        _ schedule: inout QueueSchedule,
        at now: Duration,
        retryAfter: Duration? = nil
    ) throws -> [QueuedRequest] {
        let dropped = schedule.fail(request, .soon(retryAfter: retryAfter), at: now, isLast: true, random: 0)
        return try #require(dropped)
    }

    // MARK: Order and pace

    @Test func `the oldest goes first, one at a time`() {
        var schedule = schedule()
        for points in 1...3 { _ = export(request(points), to: &schedule) }
        #expect(schedule.next(at: .zero) == .send(request(1)))
        #expect(schedule.next(at: .zero) == .idle, "one is being sent")
        #expect((schedule.count, schedule.pointCount) == (3, 6), "it counts until it has arrived")
        schedule.succeed(at: .zero, random: 0.5)
        #expect((schedule.count, schedule.pointCount) == (2, 5))
        #expect(schedule.next(at: .seconds(1)) == .send(request(2)))
    }

    @Test func `while others wait the receiver rests as long as it took to answer`() throws {
        var schedule = schedule()
        for points in 1...4 { _ = export(request(points), to: &schedule) }
        let rests: KeyValuePairs<Duration, Duration> = [
            .milliseconds(300): .milliseconds(300), .zero: .milliseconds(10), .seconds(9): .seconds(1),
        ]
        var now = Duration.seconds(100)
        for (elapsed, rest) in rests {
            _ = try send(&schedule, at: now)
            now += elapsed
            schedule.succeed(at: now, random: 0.5)
            #expect(schedule.next(at: now) == .wait(rest))
            now += .seconds(100)
        }
        _ = try send(&schedule, at: now)
        now += .seconds(1)
        schedule.succeed(at: now, random: 0.5)
        _ = export(request(5), to: &schedule)
        #expect(schedule.next(at: now) == .send(request(5)), "without a backlog there is no rest")
    }

    @Test func `what fails stays first, and the waits grow until it arrives`() throws {
        var schedule = schedule()
        for points in 1...2 { _ = export(request(points), to: &schedule) }
        var now = Duration.zero
        for wait in [1, 2, 4, 8, 8] {
            #expect(try fail(&schedule, at: now).isEmpty)
            #expect(schedule.isFailing)
            #expect(schedule.next(at: now) == .wait(.seconds(wait)))
            now += .seconds(wait)
        }
        #expect(schedule.next(at: now) == .send(request(1)))
        schedule.succeed(at: now, random: 0.5)
        #expect(!schedule.isFailing)
        now += .seconds(1)
        #expect(try fail(&schedule, at: now).isEmpty)
        #expect(schedule.next(at: now) == .wait(.seconds(1)), "the next outage begins anew")
    }

    @Test(arguments: [(2, 2), (60, 60), (0, 1), (Int64.max, 3600)] as [(Int64, Int64)])
    func `the receiver's Retry-After is waited for, but not for ever (conformance 60)`(after: Int64, wait: Int64) throws
    {
        var schedule = schedule()
        _ = export(request(1), to: &schedule)
        _ = try fail(&schedule, at: .zero, retryAfter: .seconds(after))
        #expect(schedule.next(at: .zero) == .wait(.seconds(wait)))
    }

    @Test func `an interruption is no failure`() throws {
        var schedule = schedule()
        for points in 1...2 { _ = export(request(points), to: &schedule) }
        let first = try send(&schedule, at: .zero)
        schedule.interrupt(first)
        #expect(!schedule.isFailing)
        #expect(schedule.next(at: .zero) == .send(request(1)))
    }

    @Test func `a delay can be skipped`() throws {
        var schedule = schedule()
        _ = export(request(1), to: &schedule)
        _ = try fail(&schedule, at: .seconds(5))
        schedule.skipDelay()
        #expect(schedule.next(at: .seconds(5)) == .send(request(1)))
    }

    // MARK: Bounds

    @Test func `the oldest is dropped for the newest`() {
        var schedule = schedule(memory: 30)
        for points in 1...3 { #expect(export(request(points), to: &schedule) == []) }
        #expect(export(request(4), to: &schedule) == [request(1)])
        #expect(export(request(5, size: 15), to: &schedule) == [request(2), request(3)])
        #expect((schedule.count, schedule.pointCount) == (2, 9))
    }

    @Test func `what is being sent is never dropped`() throws {
        var schedule = schedule(memory: 20)
        for points in 1...2 { _ = export(request(points), to: &schedule) }
        let first = try send(&schedule, at: .zero)
        #expect(export(request(3), to: &schedule) == [])
        #expect(export(request(4), to: &schedule) == [request(2)])
        #expect(try fail(first, &schedule, at: .zero) == [request(1)], "it is the oldest")
        #expect(schedule.pointCount == 7)
    }

    @Test func `an export is not torn as long as the receiver has not failed`() throws {
        var schedule = schedule(memory: 30)
        _ = export(request(1), to: &schedule)
        schedule.beginExport()
        for points in 2...6 {
            let displaced = schedule.makeRoom(for: 10, inSpool: false)
            #expect(displaced == (points == 4 ? [request(1)] : []))
            schedule.append(request(points))
        }
        #expect(schedule.count == 5, "more than the bound, for it is about to be sent")
        #expect(try fail(&schedule, at: .zero) == [request(2), request(3)], "now it would have to be kept")
        #expect(schedule.count == 3)
    }

    @Test func `a request over the bound has its one attempt`() throws {
        var schedule = schedule(memory: 30)
        #expect(export(request(1, size: 40), to: &schedule) == [])
        #expect(try fail(&schedule, at: .zero) == [request(1, size: 40)])
        #expect(schedule.count == 0)
        #expect(export(request(2, size: 40), to: &schedule) == [], "nothing older waits")
        #expect(export(request(3, size: 40), to: &schedule) == nil, "it would have to wait behind another")
    }

    @Test func `a request over the bound takes nothing else with it`() throws {
        var schedule = schedule(memory: 30)
        for points in 1...2 { _ = export(request(points), to: &schedule) }
        #expect(export(request(3, size: 40), to: &schedule) == [])
        #expect(try fail(&schedule, at: .zero) == [request(3, size: 40)])
        #expect(schedule.pointCount == 3)
    }

    @Test func `a bound of nothing keeps nothing`() throws {
        var schedule = schedule(memory: 0)
        #expect(export(request(1), to: &schedule) == [])
        #expect(try fail(&schedule, at: .zero) == [request(1)])
        #expect(schedule.next(at: .zero) == .idle)
    }

    // MARK: The spool

    @Test func `memory and spool have bounds of their own, and the order is that of arrival`() {
        var schedule = schedule(memory: 20, spool: 20)
        #expect(export(spooled(1), to: &schedule) == [])
        #expect(export(request(2), to: &schedule) == [])
        #expect(export(spooled(3), to: &schedule) == [])
        #expect(export(request(4), to: &schedule) == [])
        #expect(export(request(5), to: &schedule) == [request(2)])
        #expect(export(spooled(6), to: &schedule) == [spooled(1)])
        for expected in [spooled(3), request(4), request(5), spooled(6)] {
            schedule.skipDelay()
            #expect(schedule.next(at: .zero) == .send(expected))
            schedule.succeed(at: .zero, random: 0.5)
        }
    }

    @Test func `what is over the spool's bound is not for the spool`() {
        var schedule = schedule(spool: 20)
        _ = export(spooled(1), to: &schedule)
        #expect(schedule.makeRoom(for: 21, inSpool: true) == nil)
        #expect(schedule.count == 1)
    }

    @Test func `what an earlier process left goes first, within the present bound`() {
        var schedule = schedule(spool: 30)
        _ = export(request(9), to: &schedule)
        #expect(schedule.restore((1...5).map { spooled($0) }) == [spooled(1), spooled(2)])
        #expect(schedule.pointCount == 3 + 4 + 5 + 9)
        #expect(schedule.next(at: .zero) == .send(spooled(3)))
    }

    @Test func `at the end only what is in memory is lost`() {
        var schedule = schedule()
        for points in 1...2 { _ = export(request(points), to: &schedule) }
        _ = export(spooled(3), to: &schedule)
        #expect(schedule.dropMemory() == [request(1), request(2)])
        #expect((schedule.count, schedule.pointCount) == (1, 3))
    }

    @Test func `sizes add up over any run of events`() throws {
        var random = SystemRandomNumberGenerator()
        var schedule = schedule(memory: 50, spool: 70)
        var model: [QueuedRequest] = []
        var sending: QueuedRequest?
        for step in 1...20_000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                let size = Int.random(in: 1...60, using: &random)
                let isSpooled = Bool.random(using: &random)
                let new = isSpooled ? spooled(UInt64(step), size: size) : request(step % 200 + 1, size: size)
                guard let displaced = export(new, to: &schedule) else { continue }
                model.removeAll { displaced.contains($0) }
                model.append(new)
            case 2:
                schedule.skipDelay()
                guard case .send(let first) = schedule.next(at: .zero) else { continue }
                #expect(first == model.first)
                sending = model.removeFirst()
            default:
                guard let request = sending.take() else { continue }
                if Bool.random(using: &random) {
                    schedule.succeed(at: .zero, random: 0.5)
                } else {
                    model.insert(request, at: 0)
                    let displaced = try fail(request, &schedule, at: .zero)
                    model.removeAll { displaced.contains($0) }
                    for (isSpooled, limit) in [(false, 50), (true, 70)] {
                        #expect(model.filter { $0.isSpooled == isSpooled }.reduce(0) { $0 + $1.size } <= limit)
                    }
                }
            }
            let points = (model + (sending.map { [$0] } ?? [])).reduce(0) { $0 + $1.pointCount }
            #expect(schedule.pointCount == points)
        }
    }
}
