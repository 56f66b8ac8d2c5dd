import Export
import Logging
import Testing

@testable import TCPLens

@Suite struct OutageLogTests {
    private let failed = ExportOutcome(droppedPoints: 20, failure: .transport, message: "cannot export: refused")

    @Test func `an outage is told when it begins and when it ends`() {
        var log = OutageLog()
        #expect(log.line(after: ExportOutcome(acceptedPoints: 20)) == nil)
        #expect(log.line(after: failed)?.level == .error)
        #expect(log.line(after: failed) == nil)
        #expect(log.line(after: failed) == nil)
        let end = log.line(after: ExportOutcome(acceptedPoints: 20))
        #expect(end?.level == .notice)
        #expect(end?.text.contains("3 exports failed") == true)
        #expect(log.line(after: ExportOutcome(acceptedPoints: 20)) == nil)
        #expect(log.line(after: failed)?.level == .error, "the next outage is told again")
    }

    @Test func `what a receiver refuses or warns of is told once, and again when it is over`() {
        var log = OutageLog()
        let partial = ExportOutcome(acceptedPoints: 18, rejectedPoints: 2, failure: .rejected, message: "2 rejected")
        #expect(log.line(after: partial)?.level == .warning)
        #expect(log.line(after: partial) == nil)
        #expect(log.line(after: failed)?.level == .error, "what is worse is told")
        #expect(log.line(after: partial)?.text.contains("2 rejected") == true)
        #expect(log.line(after: ExportOutcome(acceptedPoints: 20))?.level == .notice)
        #expect(log.line(after: ExportOutcome(acceptedPoints: 20, message: "slow down"))?.level == .warning)
    }
}
