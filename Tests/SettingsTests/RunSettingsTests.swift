import CommandSupport
import Foundation
import Logging
import Metrics
import Probes
import Resource
import Testing

@testable import AgentRuntime
@testable import OTLPExport
@testable import Pipeline
@testable import Settings

@Suite struct RunSettingsTests {
    /// The settings of an environment with options over them.
    private func settings(_ environment: [String: String] = [:], _ options: RunSettings.Options = .init()) throws
        -> RunSettings
    {
        let machine = Machine(environment: environment) { _ in nil }
        return try SettingsSource(options: options, machine: machine).settings()
    }

    @Test func `the defaults are the specification's (conformance 22, 23, 24, 68)`() throws {
        let settings = try settings()
        #expect(settings.interval == .seconds(60))
        #expect(settings.timeout == .seconds(30))
        #expect(settings.exporters == [.otlp])
        #expect("\(settings.otlp.endpoint)" == "http://localhost:4318/v1/metrics")
        #expect(settings.warnings.isEmpty)
    }

    @Test func `an option goes before its variable`() throws {
        let environment = ["OTEL_METRIC_EXPORT_INTERVAL": "5000"]
        #expect(try settings(environment).interval == .seconds(5))
        #expect(try settings(environment, .init().with(RunSetting.interval, .seconds(2))).interval == .seconds(2))
    }

    @Test(arguments: ["0", "-5", "10s", "soon"])
    func `a variable that makes no sense is a warning and the default (conformance 22, 35, 37)`(value: String) throws {
        let settings = try settings(["OTEL_METRIC_EXPORT_INTERVAL": value])
        #expect(settings.interval == .seconds(60))
        #expect(settings.warnings.count == 1)
    }

    @Test func `the exporters are a list, and none is none (conformance 24)`() throws {
        func exporters(_ value: String) throws -> [RunSettings.ExporterKind] {
            try settings(["OTEL_METRICS_EXPORTER": value]).exporters
        }
        #expect(try exporters("console") == [.console])
        #expect(try exporters("OTLP, console") == [.otlp, .console])
        #expect(try exporters("none") == [])
        #expect(try exporters("") == [.otlp])
        #expect(try exporters("carrier-pigeon") == [.otlp])
        #expect(try exporters("con sole") == [.otlp])
        #expect(try exporters("console, none") == [])
        #expect(try exporters("prometheus,console,Prometheus") == [.prometheus, .console])
    }

    @Test(arguments: ["%", "%,", ",%", "%, ", " ,\t%\n, \n", "%,,"])
    func `blank members of a list are none`(form: String) throws {
        func list(_ member: String) -> String { form.replacing("%", with: member) }
        let settings = try settings([
            "OTEL_METRICS_EXPORTER": list("console"), "OTEL_EXPORTER_OTLP_HEADERS": list("a=1"),
            "OTEL_RESOURCE_ATTRIBUTES": list("team=core"), "TCPLENS_ATTRIBUTES": list("network.local.port"),
            "http_proxy": "http://p:1", "no_proxy": list(".example.com"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel.example.com:4318",
        ])
        #expect(settings.warnings.isEmpty, "\(settings.warnings)")
        #expect(settings.exporters == [.console])
        #expect(settings.otlp.headers.map(\.name) == ["a"])
        #expect(settings.resource.attributes == ["team": "core"])
        #expect(settings.probes.ports == [.local])
        #expect(settings.otlp.proxy?.isUsed == false)
        #expect(
            try self.settings([:], .init().with(RunSetting.attributes, text: list("network.peer.port"))).probes.ports
                == [.peer]
        )
        let file = """
            file_format: "1.1"
            resource: {attributes_list: "${ATTRIBUTES}"}
            meter_provider: {readers: [{periodic: {exporter: {otlp_http: {headers_list: "${HEADERS}"}}}}]}
            """
        let environment = ["ATTRIBUTES": list("team=core"), "HEADERS": list("a=1")]
        let fromFile = try ConfigurationExample.settings(file, environment)
        #expect(fromFile.resource.attributes == ["team": "core"])
        #expect(fromFile.otlp.headers.map(\.name) == ["a"])
    }

    @Test func `health and metrics can't be had at one address`() throws {
        var environment = ["OTEL_METRICS_EXPORTER": "prometheus", "TCPLENS_HEALTH": "localhost:9464"]
        let failure = #expect(throws: Failure.self) { try settings(environment) }
        #expect(failure?.status == Failure.usage)
        #expect(failure?.message.contains("localhost:9464") == true)
        environment["OTEL_METRICS_EXPORTER"] = "otlp"
        #expect(try settings(environment).listenerPlans.count == 1)
    }

    @Test(arguments: [("0", 1), ("4095", 1), ("64KiB", 0)])
    func `a spool that nothing fits into is a warning`(limit: String, count: Int) throws {
        #expect(try settings(["TCPLENS_SPOOL": "/s", "TCPLENS_SPOOL_LIMIT": limit]).warnings.count == count)
        #expect(try settings(["TCPLENS_SPOOL_LIMIT": limit]).warnings.isEmpty)
    }

    @Test func `an interval of nothing is refused`() {
        #expect(throws: Failure.self) { try settings([:], .init().with(RunSetting.interval, .zero)) }
    }

    @Test(arguments: [
        ("cumulative", TemporalityPreference.cumulative, 0), ("DELTA", .delta, 0), ("LowMemory", .lowMemory, 0),
        ("low_memory", .cumulative, 1), ("", .cumulative, 0),
    ])
    func `the temporality is the preferred one (conformance 20, 39)`(
        value: String,
        expected: TemporalityPreference,
        warnings: Int
    ) throws {
        let settings = try settings(["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": value])
        #expect(settings.otlp.temporality == expected)
        #expect(try settings.exporterPlans.map { try $0.exporter()?.temporality } == [expected])
        #expect(settings.warnings.count == warnings)
    }

    @Test(arguments: [
        ("explicit_bucket_histogram", HistogramAggregation.explicitBuckets, 0),
        ("Base2_Exponential_Bucket_Histogram", .exponential, 0), ("exponential", .explicitBuckets, 1),
    ])
    func `histograms have the form that is asked for (conformance 21)`(
        value: String,
        expected: HistogramAggregation,
        warnings: Int
    ) throws {
        let settings = try settings(["OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": value])
        #expect(settings.otlp.histograms == expected)
        #expect(settings.consoleHistograms == expected, "it has no variable of its own")
        #expect(try settings.exporterPlans.map { try $0.exporter()?.histograms } == [expected])
        #expect(settings.warnings.count == warnings)
    }

    @Test(arguments: [("", false, 0), ("true", true, 0), ("FALSE", false, 0), ("yes", false, 1)])
    func `Prometheus is told when counting began only if that is asked for`(
        value: String,
        expected: Bool,
        warnings: Int
    ) throws {
        let environment = ["OTEL_METRICS_EXPORTER": "prometheus", "TCPLENS_PROMETHEUS_CREATED": value]
        let settings = try settings(environment)
        #expect(settings.prometheusCreated == expected)
        #expect(settings.listenerPlans == [.prometheus(settings.prometheus, hasCreated: expected)])
        #expect(settings.warnings.count == warnings)
    }

    @Test(arguments: [
        ("5000", Duration.seconds(5), 0), ("0", nil, 0), ("-1", .seconds(30), 1), ("5s", .seconds(30), 1),
    ])
    func `a round has a limit of time, and zero is none (conformance 23, 37, 38)`(
        value: String,
        expected: Duration?,
        warnings: Int
    ) throws {
        let settings = try settings(["OTEL_METRIC_EXPORT_TIMEOUT": value])
        #expect(settings.timeout == expected)
        #expect(settings.warnings.count == warnings)
    }

    @Test func `variables that mean nothing for metrics over HTTP are taken and ignored (conformance 17, 25, 28)`()
        throws
    {
        let names = [
            "OTEL_EXPORTER_OTLP_INSECURE", "OTEL_EXPORTER_OTLP_METRICS_INSECURE", "OTEL_METRICS_EXEMPLAR_FILTER",
            "OTEL_ENTITIES", "OTEL_TRACES_EXPORTER", "OTEL_BSP_SCHEDULE_DELAY",
        ]
        let environment = Dictionary(uniqueKeysWithValues: names.map { ($0, "true") })
        #expect(try settings(environment) == settings())
    }

    @Test(arguments: [("true", true, 0), ("TRUE", true, 0), ("false", false, 0), ("1", false, 1), ("", false, 0)])
    func `a disabled SDK observes nothing and exports nothing (conformance 29, 34)`(
        value: String,
        isDisabled: Bool,
        warnings: Int
    ) throws {
        let settings = try settings(["OTEL_SDK_DISABLED": value])
        #expect(settings.isDisabled == isDisabled)
        #expect(settings.exporterPlans.isEmpty == isDisabled)
        #expect((settings.activeProbes == nil) == isDisabled)
        #expect(settings.warnings.count == warnings)
    }

    @Test(arguments: [
        ("trace", Logger.Level.trace, 0), ("WARN", .warning, 0), ("warning", .warning, 0), ("Error", .error, 0),
        ("fatal", .critical, 0), ("loud", .info, 1), ("", .info, 0),
    ])
    func `the log has the level that is asked for (conformance 30)`(
        value: String,
        expected: Logger.Level,
        warnings: Int
    ) throws {
        let settings = try settings(["OTEL_LOG_LEVEL": value])
        #expect(settings.logLevel == expected)
        #expect(settings.warnings.count == warnings)
        #expect(
            try self.settings(["OTEL_LOG_LEVEL": value], .init().with(RunSetting.logLevel, .debug)).logLevel == .debug
        )
    }

    @Test func `Prometheus finds the metrics where the variables say`() throws {
        #expect("\(try settings().prometheus)" == "localhost:9464")
        let address = ["OTEL_EXPORTER_PROMETHEUS_HOST": "::", "OTEL_EXPORTER_PROMETHEUS_PORT": "80"]
        #expect("\(try settings(address).prometheus)" == "[::]:80")
        let wrong = try settings(["OTEL_EXPORTER_PROMETHEUS_PORT": "65536"])
        #expect(wrong.prometheus.port == 9464)
        #expect(wrong.warnings.count == 1)
    }

    @Test(arguments: [("localhost:80", "localhost", 80), ("[::1]:0", "::1", 0), ("0.0.0.0:65535", "0.0.0.0", 65_535)])
    func `an address is a host and a port`(text: String, host: String, port: Int) throws {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
        #expect(ListenAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", "80", ":80", "localhost", "localhost:", "::1:80", "[::1]", "a:65536", "a:-1", "a b:1", "u@a:1",
    ])
    func `what is no address is refused`(text: String) {
        #expect(ListenAddress(text) == nil)
        let failure = #expect(throws: Failure.self) {
            try settings([:], .init().with(RunSetting.health, text: text))
        }
        #expect(failure?.status == Failure.usage)
    }

    @Test func `every setting of tcplens has a variable, and its option goes before it (conformance 32)`() throws {
        let environment = [
            "TCPLENS_ATTRIBUTES": "network.local.port", "TCPLENS_CARDINALITY_LIMIT": "30", "TCPLENS_SCOPE": "self",
            "TCPLENS_RESPONSE_TIME": "true", "TCPLENS_HEALTH": "localhost:1",
        ]
        let byVariable = try settings(environment)
        #expect(byVariable.probes == .init(ports: [.local], cardinalityLimit: 30, responseTime: true))
        #expect(byVariable.health == ListenAddress(host: "localhost", port: 1))
        let byOption = try settings(
            environment,
            .init().with(RunSetting.attributes, text: "network.peer.port").with(RunSetting.cardinalityLimit, 40)
        )
        #expect(byOption.probes == .init(ports: [.peer], cardinalityLimit: 40, responseTime: true))
    }

    @Test func `an option goes before the file, and one file before the other (conformance 31)`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tcplens-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func file(_ name: String, interval: Int) throws -> String {
            let path = directory.appending(path: name).path(percentEncoded: false)
            try """
            file_format: "1.1"
            meter_provider: {readers: [{periodic: {interval: \(interval), exporter: {console: }}}]}
            """.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }
        let environment = ["OTEL_CONFIG_FILE": try file("a.yaml", interval: 1000), "OTEL_METRIC_EXPORT_INTERVAL": "9"]
        let other = try file("b.yml", interval: 2000)
        #expect(try settings(environment).interval == .seconds(1))
        #expect(try settings(environment, .init(file: other)).interval == .seconds(2))
        #expect(
            try settings(environment, .init(file: other).with(RunSetting.interval, .seconds(3))).interval == .seconds(3)
        )
        #expect(try settings(["OTEL_CONFIG_FILE": " "]).file == nil)
    }
}
