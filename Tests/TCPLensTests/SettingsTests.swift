import Export
import Resource
import Testing

@testable import TCPLens

@Suite struct SettingsTests {
    /// The settings of an environment with options over them.
    private func settings(_ environment: [String: String] = [:], _ options: RunSettings.Options = .init()) throws
        -> RunSettings
    {
        let machine = Machine(environment: environment) { _ in nil }
        return try SettingsSource(options: options, machine: machine).settings()
    }

    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("10s", .seconds(10)), ("2m", .seconds(120)), ("1h", .seconds(3600)),
        ("1.5s", .milliseconds(1500)), ("7", .seconds(7)), ("0", .zero),
    ])
    func `a length of time is read as people write it`(text: String, duration: Duration) {
        #expect(DurationArgument(argument: text)?.duration == duration)
    }

    @Test(arguments: ["", "s", "soon", "-1s", "1d", "inf", "nan", "0x10", "1e3", "99999999999999h", "1.2.3s", " 1s"])
    func `what is no length of time is refused`(text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }

    @Test func `the defaults are the specification's`() throws {
        let settings = try settings()
        #expect(settings.interval == .seconds(60))
        #expect(settings.exporters == [.otlp])
        #expect("\(settings.otlp.endpoint)" == "http://localhost:4318/v1/metrics")
        #expect(settings.warnings.isEmpty)
    }

    @Test func `an option goes before its variable`() throws {
        let environment = ["OTEL_METRIC_EXPORT_INTERVAL": "5000"]
        #expect(try settings(environment).interval == .seconds(5))
        #expect(try settings(environment, .init(interval: .seconds(2))).interval == .seconds(2))
    }

    @Test(arguments: ["0", "-5", "10s", "soon"])
    func `a variable that makes no sense is a warning and the default`(value: String) throws {
        let settings = try settings(["OTEL_METRIC_EXPORT_INTERVAL": value])
        #expect(settings.interval == .seconds(60))
        #expect(settings.warnings.count == 1)
    }

    @Test func `the exporters are a list, and none is none`() throws {
        func exporters(_ value: String) throws -> [RunSettings.ExporterKind] {
            try settings(["OTEL_METRICS_EXPORTER": value]).exporters
        }
        #expect(try exporters("console") == [.console])
        #expect(try exporters("OTLP, console") == [.otlp, .console])
        #expect(try exporters("none") == [])
        #expect(try exporters("") == [.otlp])
        #expect(try exporters("carrier-pigeon") == [.otlp])
    }

    @Test func `an interval of nothing is refused`() {
        #expect(throws: Failure.self) { try settings([:], .init(interval: .zero)) }
    }
}
