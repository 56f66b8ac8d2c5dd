import HTTPServer
import Pipeline
import System
import Testing

@testable import AgentRuntime

@Suite struct HealthTests {
    /// An interval of 10 s, exports of up to 5 s, and a loop that begins at 100 s.
    private static func health() -> Health {
        Health(interval: .seconds(10), exportLimit: .seconds(5), now: .seconds(100))
    }

    private static func round(_ outcomes: [ExportOutcome] = [], failures: [String] = []) -> PeriodicReader.Round {
        var round = PeriodicReader.Round()
        (round.outcomes, round.failures) = (outcomes, failures)
        return round
    }

    private static let good = ExportOutcome(acceptedPoints: 3, attempts: 1, status: 200)
    private static let bad = ExportOutcome(droppedPoints: 3, attempts: 1, failure: .transport, message: "no route")

    @Test func `it is live as long as the loop turns within three intervals, and an export's time on top`() {
        var health = Self.health()
        #expect(health.liveness(at: .seconds(100)).isGood)
        #expect(health.liveness(at: .seconds(135)).isGood)
        #expect(!health.liveness(at: .seconds(136)).isGood)
        health.note(Self.round([Self.bad], failures: ["x"]), at: .seconds(130))
        #expect(health.liveness(at: .seconds(165)).isGood, "a failing receiver is no reason to restart the agent")
        #expect(!health.liveness(at: .seconds(165.5)).isGood)
        #expect(health.liveness(at: .seconds(166)).text.contains("not turned for 36 s"))
    }

    @Test func `it is not ready before something is collected`() {
        var health = Self.health()
        #expect(!health.readiness(at: .seconds(100)).isGood)
        health.note(Self.round([Self.good], failures: ["no BTF"]), at: .seconds(101))
        #expect(!health.readiness(at: .seconds(101)).isGood)
        #expect(health.readiness(at: .seconds(101)).text.contains("no BTF"))
        health.note(Self.round([Self.good]), at: .seconds(111))
        #expect(health.readiness(at: .seconds(111)).isGood)
    }

    @Test func `without exporters it is ready when it collects`() {
        var health = Self.health()
        health.note(Self.round(), at: .seconds(101))
        #expect(health.readiness(at: .seconds(101)).isGood)
    }

    @Test func `it is not ready when exports have failed for longer than three intervals, and is when one arrives`() {
        var health = Self.health()
        health.note(Self.round([Self.good]), at: .seconds(100))
        for time in [110, 120, 130, 140] { health.note(Self.round([Self.bad]), at: .seconds(time)) }
        #expect(health.readiness(at: .seconds(140)).isGood)
        #expect(!health.readiness(at: .seconds(140.5)).isGood, "no export is needed to see that time has passed")
        #expect(health.readiness(at: .seconds(141)).text == "not ready: exports have failed for 31 s: no route\n")
        health.note(Self.round([Self.good]), at: .seconds(150))
        #expect(health.readiness(at: .seconds(150)) == health.readiness(at: .seconds(1_000)))
        #expect(health.readiness(at: .seconds(150)).text == "ready\n")
        // A new outage has its own start.
        health.note(Self.round([Self.bad]), at: .seconds(160))
        #expect(health.readiness(at: .seconds(190)).isGood)
    }

    @Test func `one exporter that fails is enough, and each has its own outage`() {
        var health = Self.health()
        health.note(Self.round([Self.good, Self.bad]), at: .seconds(100))
        health.note(Self.round([Self.bad, Self.good]), at: .seconds(120))
        #expect(health.readiness(at: .seconds(150)).isGood)
        #expect(health.readiness(at: .seconds(151)).text.split(separator: "\n").count == 1)
        health.note(Self.round([Self.bad, Self.bad]), at: .seconds(151))
        #expect(health.readiness(at: .seconds(182)).text.split(separator: "\n").count == 2)
    }

    @Test func `a partial success is not an outage`() {
        var health = Self.health()
        let part = ExportOutcome(acceptedPoints: 1, rejectedPoints: 2, attempts: 1, status: 200, failure: .rejected)
        health.note(Self.round([part]), at: .seconds(100))
        #expect(health.readiness(at: .seconds(1_000)).isGood)
    }

    @Test func `a missing answer does not end an outage, and becomes one after too long`() {
        var health = Self.health()
        let pending = ExportOutcome(queuedPoints: 3)
        health.note(Self.round([Self.bad]), at: .seconds(100))
        for time in [110, 120, 130] { health.note(Self.round([pending]), at: .seconds(time)) }
        #expect(health.readiness(at: .seconds(131)).text.contains("exports have failed for 31 s: no route"))
        health.note(Self.round([Self.good]), at: .seconds(140))
        // The longest time of an export, plus three intervals.
        for time in [150, 160, 170, 180] { health.note(Self.round([pending]), at: .seconds(time)) }
        #expect(health.readiness(at: .seconds(185)).isGood)
        #expect(health.readiness(at: .seconds(186)).text.contains("the receiver has not answered yet"))
    }

    @Test func `it is not ready when collections fail for longer than three intervals`() {
        var health = Self.health()
        health.note(Self.round(), at: .seconds(100))
        health.note(Self.round(failures: ["the map is gone"]), at: .seconds(110))
        #expect(health.readiness(at: .seconds(140)).isGood)
        #expect(health.readiness(at: .seconds(141)).text.contains("the map is gone"))
    }

    @Test func `the interval can change`() {
        var health = Self.health()
        health.note(Self.round([Self.bad]), at: .seconds(100))
        health.interval = .seconds(1)
        #expect(!health.readiness(at: .seconds(104)).isGood)
    }

    @Test func `the answer is 200 or 503`() {
        var health = Self.health()
        #expect(HTTPResponse(health.liveness(at: .seconds(100))) == HTTPResponse(status: 200, text: "live\n"))
        #expect(HTTPResponse(health.readiness(at: .seconds(100))).status == 503)
        health.note(Self.round(), at: .seconds(100))
        #expect(HTTPResponse(health.readiness(at: .seconds(100))) == HTTPResponse(status: 200, text: "ready\n"))
    }
}
