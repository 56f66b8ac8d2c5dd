import Foundation
import Logging
import Pipeline
import Settings
import Synchronization
import TestSupport
import Testing

@testable import AgentRuntime

@Suite struct ServiceManagerTests {
    private let receiver: DatagramReceiver

    init() throws {
        receiver = try DatagramReceiver()
    }

    private func manager(_ more: [String: String] = [:]) throws -> ServiceManager {
        try #require(
            ServiceManager(["NOTIFY_SOCKET": receiver.address].merging(more) { $1 }, process: 42)
        )
    }

    private func report(_ more: [String: String] = [:]) throws -> ServiceReport {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let report = ServiceReport(to: try manager(more), logger: logger)
        #expect(receiver.taken() == ["STATUS=loading programs into the kernel"])
        return report
    }

    private func settings() throws -> RunSettings {
        var settings = try RunSettings()
        settings.exporters = [.console]
        settings.interval = .seconds(10)
        return settings
    }

    private static func round(_ outcomes: [ExportOutcome] = [], failures: [String] = []) -> PeriodicReader.Round {
        var round = PeriodicReader.Round()
        (round.outcomes, round.failures) = (outcomes, failures)
        return round
    }

    private static let bad = ExportOutcome(queuedPoints: 3, attempts: 1, failure: .transport, message: "no\nroute")

    @Test(arguments: [[:], ["NOTIFY_SOCKET": ""], ["WATCHDOG_USEC": "1000000"]])
    func `without a socket there is no manager`(environment: [String: String]) {
        #expect(ServiceManager(environment, process: 42) == nil)
    }

    @Test func `a socket that can't be used is a warning, and nothing is sent`() throws {
        let manager = try #require(ServiceManager(["NOTIFY_SOCKET": "/nowhere/notify"], process: 42))
        #expect(manager.warnings.count == 1)
        #expect(manager.warnings.first?.contains("/nowhere/notify: No such file or directory") == true)
        try manager.send([.ready])
    }

    @Test func `the watchdog is for the process that is named, or for any`() throws {
        let limit = ["WATCHDOG_USEC": "30000000"]
        #expect(try manager().watchdogLimit == nil)
        #expect(try manager(limit).watchdogLimit == .seconds(30))
        #expect(try manager(limit.merging(["WATCHDOG_PID": "42"]) { $1 }).watchdogLimit == .seconds(30))
        let other = try manager(limit.merging(["WATCHDOG_PID": "43"]) { $1 })
        #expect(other.watchdogLimit == nil && other.warnings.isEmpty)
        #expect(try report(limit).signInterval == .seconds(15))
    }

    @Test(arguments: ["", "soon", "-1", "0", "1s"])
    func `a limit that is no number of microseconds is a warning`(limit: String) throws {
        let manager = try manager(["WATCHDOG_USEC": limit])
        #expect(manager.watchdogLimit == nil)
        #expect(manager.warnings.first?.contains("WATCHDOG_USEC") == true)
    }

    @Test func `it is ready once, and the status is only sent when it changes`() throws {
        var report = try report()
        let settings = try settings()
        report.note(Self.round(failures: ["no BTF"]), settings, isReady: false)
        #expect(receiver.taken() == ["STATUS=every 10 s to console; no BTF"])
        report.note(Self.round([Self.bad]), settings, isReady: true)
        #expect(receiver.taken() == ["READY=1\nSTATUS=every 10 s to console; no\\u{a}route"])
        report.note(Self.round([Self.bad]), settings, isReady: false)
        #expect(receiver.taken() == [])
        report.note(Self.round([ExportOutcome(acceptedPoints: 3)]), settings, isReady: true)
        #expect(receiver.taken() == ["STATUS=every 10 s to console"])
    }

    @Test func `a reload begins with a time of the monotonic clock, and ends as ready`() throws {
        var report = try report()
        var settings = try settings()
        report.reloading()
        report.reloaded(settings)
        #expect(receiver.taken() == [], "before it is ready, that would end the start")
        report.note(Self.round(), settings, isReady: true)
        _ = receiver.taken()
        let text = try String(contentsOfFile: "/proc/uptime", encoding: .utf8)
        let uptime = try #require(text.split(separator: " ").first.flatMap { Double($0) })
        report.reloading()
        let begin = try #require(receiver.next())
        let match = try #require(
            begin.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=(\d+)\nSTATUS=reading the configuration again/)
        )
        // The clock of /proc/uptime also counts the time in suspend.
        #expect(try abs(uptime - #require(Double(match.1)) / 1e6) < 60)
        settings.interval = .seconds(20)
        report.reloaded(settings)
        #expect(receiver.taken() == ["READY=1\nSTATUS=every 20 s to console"])
        report.reloaded(settings, refusal: "tcplens.yaml:3: no\nsuch key")
        #expect(
            receiver.taken()
                == ["READY=1\nSTATUS=every 20 s to console; the new configuration was refused: tcplens.yaml:3: no"]
        )
    }

    @Test func `signs of life need good health`() throws {
        var report = try report()
        var health = Health(interval: .seconds(10), exportLimit: .zero, now: .zero)
        report.giveSign(health.liveness(at: .seconds(1)))
        #expect(receiver.taken() == ["WATCHDOG=1"])
        report.giveSign(health.liveness(at: .seconds(31)))
        let status = receiver.taken()
        #expect(status.count == 1)
        #expect(status.first?.hasPrefix("STATUS=no sign of life for the watchdog: not live: ") == true)
        health.note(Self.round(), at: .seconds(32))
        report.giveSign(health.liveness(at: .seconds(33)))
        #expect(receiver.taken() == ["WATCHDOG=1"])
    }

    @Test func `the end asks for the time of the last export`() throws {
        var report = try report()
        report.stopping(within: .seconds(5))
        #expect(
            receiver.taken() == [
                "STOPPING=1\nSTATUS=collecting and exporting once more\nEXTEND_TIMEOUT_USEC=7000000\nWATCHDOG=1"
            ]
        )
    }

    @Test func `a disabled agent is ready, and has no destination`() throws {
        var report = try report()
        var settings = try settings()
        settings.isDisabled = true
        report.note(Self.round(), settings, isReady: true)
        #expect(receiver.taken() == ["READY=1\nSTATUS=disabled by its configuration"])
        report.reloaded(settings, refusal: "no")
        #expect(receiver.taken().first?.hasSuffix("configuration; the new configuration was refused: no") == true)
    }

    @Test func `a manager that has gone is logged once`() throws {
        let lines = LineLog()
        var receiver: DatagramReceiver? = try DatagramReceiver()
        let environment = ["NOTIFY_SOCKET": try #require(receiver?.address)]
        let manager = try #require(ServiceManager(environment, process: 42))
        var report = ServiceReport(to: manager, logger: Logger(label: "test") { _ in lines })
        receiver = nil
        for _ in 0..<3 { report.stopping(within: .zero) }
        #expect(lines.all == ["the service manager could not be notified: cannot send to a socket: Connection refused"])
    }
}

/// A log handler that keeps its lines.
private final class LineLog: LogHandler {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set { _ = newValue }
    }
    var logLevel: Logger.Level {
        get { .trace }
        set { _ = newValue }
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set { _ = newValue }
    }

    func log(event: LogEvent) {
        lines.withLock { $0.append("\(event.message)") }
    }
}
