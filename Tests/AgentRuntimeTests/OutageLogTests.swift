import Logging
import Pipeline
import System
import Testing

@testable import AgentRuntime

@Suite struct OutageLogTests {
    private let failed = ExportOutcome(droppedPoints: 20, failure: .transport, message: "cannot export: refused")

    @Test func `an outage is logged when it begins and when it ends (conformance 115)`() {
        var log = OutageLog()
        #expect(log.line(after: ExportOutcome(acceptedPoints: 20)) == nil)
        #expect(log.line(after: failed)?.level == .error)
        #expect(log.line(after: failed) == nil)
        #expect(log.line(after: failed) == nil)
        let end = log.line(after: ExportOutcome(acceptedPoints: 20))
        #expect(end?.level == .notice)
        #expect(end?.text.contains("3 exports failed meanwhile, 60 data points were lost") == true)
        #expect(log.line(after: ExportOutcome(acceptedPoints: 20)) == nil)
        #expect(log.line(after: failed)?.level == .error, "the next outage is logged again")
    }

    @Test func `each reason is logged once, in its turn`() {
        var log = OutageLog()
        func outcome(_ status: Int) -> ExportOutcome {
            ExportOutcome(queuedPoints: 5, failure: .status(status), message: "HTTP \(status)")
        }
        #expect(log.line(after: outcome(401))?.text.contains("HTTP 401") == true)
        #expect(log.line(after: outcome(503))?.text.contains("HTTP 503") == true)
        #expect(log.line(after: outcome(401)) == nil, "two that alternate are logged twice, not forever")
        #expect(log.line(after: failed)?.text.contains("refused") == true)
        #expect(log.line(after: outcome(404))?.text.contains("HTTP 404") == true)
        let end = log.line(after: ExportOutcome(acceptedPoints: 20))
        #expect(end?.text.contains("5 exports failed meanwhile") == true, "\(end?.text ?? "")")
        #expect(log.line(after: outcome(401)) != nil, "the next outage is logged again")
    }

    @Test func `points that wait are not lost, and the first loss is logged`() {
        var log = OutageLog()
        let waiting = ExportOutcome(queuedPoints: 40, failure: .transport, message: "cannot export: refused")
        let begin = log.line(after: waiting)
        #expect(begin?.level == .warning)
        #expect(begin?.text.contains("40 data points wait") == true)
        #expect(log.line(after: waiting) == nil)
        #expect(log.line(after: ExportOutcome(acceptedPoints: 40))?.text.contains("nothing was lost") == true)

        let full = ExportOutcome(droppedPoints: 5, queuedPoints: 40, failure: .queueFull, message: "the queue is full")
        #expect(log.line(after: waiting)?.level == .warning)
        #expect(log.line(after: full)?.level == .error)
        #expect(log.line(after: waiting) == nil, "a full queue is logged once, not with each export")
        #expect(log.line(after: full) == nil)
        #expect(log.line(after: ExportOutcome(acceptedPoints: 40))?.text.contains("10 data points were lost") == true)
        #expect(log.line(after: waiting)?.level == .warning, "the next outage is logged again")
        #expect(log.line(after: ExportOutcome(acceptedPoints: 40))?.text.contains("nothing was lost") == true)
    }

    @Test func `at the end an outage is logged once more, with everything that it lost`() {
        var log = OutageLog()
        #expect(log.line(after: failed)?.level == .error)
        #expect(log.line(after: failed) == nil)
        let loss = ExportOutcome(droppedPoints: 7, failure: .transport, message: "7 data points are lost")
        let last = log.line(after: loss, isLast: true)
        #expect(last?.level == .error)
        #expect(last?.text == "7 data points are lost. 47 data points were lost since it began to fail")

        var spooled = OutageLog()
        let waiting = ExportOutcome(queuedPoints: 40, failure: .transport, message: "cannot export: refused")
        #expect(spooled.line(after: waiting) != nil)
        let stay = spooled.line(after: waiting, isLast: true)
        #expect(stay?.level == .warning)
        #expect(stay?.text == "cannot export: refused. 40 data points stay in the spool for the next start")

        var hanging = OutageLog()
        let unanswered = hanging.line(after: ExportOutcome(queuedPoints: 40), isLast: true)
        #expect(unanswered?.level == .warning)
        #expect(
            unanswered?.text
                == "the receiver has not answered yet. 40 data points stay in the spool for the next start"
        )

        var working = OutageLog()
        #expect(working.line(after: ExportOutcome(acceptedPoints: 20), isLast: true) == nil)
    }

    @Test func `points in flight are not an outage`() {
        var log = OutageLog()
        #expect(log.line(after: ExportOutcome(queuedPoints: 20)) == nil)
        #expect(log.line(after: ExportOutcome(acceptedPoints: 20, queuedPoints: 20)) == nil)
    }

    @Test func `a missing answer does not end an outage`() {
        var log = OutageLog()
        #expect(log.line(after: failed)?.level == .error)
        #expect(log.line(after: ExportOutcome(queuedPoints: 20)) == nil)
        #expect(log.line(after: failed) == nil, "it is the same outage")
        #expect(
            log.line(after: ExportOutcome(acceptedPoints: 20, queuedPoints: 20))?.text
                == "exporting works again; 2 exports failed meanwhile, 40 data points were lost"
        )
    }

    @Test func `rejections and warnings of a receiver are logged once, and again when they end`() {
        var log = OutageLog()
        let partial = ExportOutcome(acceptedPoints: 18, rejectedPoints: 2, failure: .rejected, message: "2 rejected")
        #expect(log.line(after: partial)?.level == .warning)
        #expect(log.line(after: partial) == nil)
        #expect(log.line(after: failed)?.level == .error, "a worse condition is logged")
        #expect(log.line(after: partial)?.text.contains("2 rejected") == true)
        #expect(log.line(after: ExportOutcome(acceptedPoints: 20))?.level == .notice)
        #expect(log.line(after: ExportOutcome(acceptedPoints: 20, message: "slow down"))?.level == .warning)
    }
}
