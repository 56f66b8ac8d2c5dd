import CommandSupport
import Resource
import Testing

@testable import Settings

/// Env files of containers keep quotation marks as part of the value.
@Suite struct QuotationMarkTests {
    private func settings(_ environment: [String: String]) throws -> RunSettings {
        let machine = Machine(environment: environment) { _ in nil }
        return try SettingsSource(options: .init(), machine: machine).settings()
    }

    private func isTold(_ lines: [String], _ name: String, around place: String) -> Bool {
        lines.contains { $0.contains("\(name) has quotation marks around \(place), and they are part of it") }
    }

    @Test func `a name that only begins as ours does is shown without its control characters`() throws {
        let environment = ["TCPLENS_\u{1b}[2J": "\"a\""]
        let warnings = try settings(environment).warnings
        #expect(isTold(warnings, #"TCPLENS_\u{1b}[2J"#, around: "its value"), "\(warnings)")
        #expect(warnings.allSatisfy { !$0.unicodeScalars.contains("\u{1b}") })
    }

    /// Variables whose value is used unchanged, and those that are then ignored.
    @Test(arguments: [
        ("OTEL_SERVICE_NAME", "s"), ("OTEL_RESOURCE_ATTRIBUTES", "a=1,b=2"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=s3cret"),
        ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "api-key=s3cret"), ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
        ("OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", "/key.pem"), ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/crt.pem"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"), ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "1000"), ("OTEL_METRICS_EXPORTER", "console"), ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_LOG_LEVEL", "debug"), ("OTEL_EXPORTER_PROMETHEUS_HOST", "localhost"),
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "1"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"), ("TCPLENS_SPOOL", "/spool"),
        ("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "explicit_bucket_histogram"),
        ("TCPLENS_SPOOL_LIMIT", "1MiB"), ("TCPLENS_QUEUE_LIMIT", "1MiB"), ("TCPLENS_CARDINALITY_LIMIT", "50"),
        ("TCPLENS_RESPONSE_TIME", "true"), ("TCPLENS_SCOPE", "self"), ("K8S_POD_NAME", "p"), ("K8S_NODE_NAME", "n"),
        ("no_proxy", ".svc"), ("NO_PROXY", ".svc,.local"),
    ])
    func `they are told with the variable, and never with the value`(name: String, value: String) throws {
        for (open, close) in [("\"", "\""), ("'", "'"), (" \"", "\" \n"), ("“", "”")] {
            let warnings = try settings([name: open + value + close]).warnings
            #expect(isTold(warnings, name, around: "its value"), "\(warnings)")
            #expect(!warnings.joined().contains("s3cret"))
        }
        #expect(try !settings([name: value]).warnings.joined().contains("quotation"))
    }

    @Test(arguments: [
        ("OTEL_RESOURCE_ATTRIBUTES", "a=1,team=\"core, x\"", "nothing"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=\"1\",b=2", "entry 1"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=1,,b='2'", "entry 3"), ("OTEL_RESOURCE_ATTRIBUTES", "a=1,\"b\"=2", "entry 2"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=1,api-key=\"s3cret\"", "entry 2"),
        ("OTEL_METRICS_EXPORTER", "otlp,\"console\"", "entry 2"),
        ("NO_PROXY", "\".svc\",.local", "entry 1"), ("OTEL_SERVICE_NAME", "a,\"b\",c", "nothing"),
        ("OTEL_SERVICE_NAME", "\"", "nothing"), ("OTEL_SERVICE_NAME", "5\" disk", "nothing"),
        ("OTEL_SERVICE_NAME", "\"\"", "its value"), ("OTEL_RESOURCE_ATTRIBUTES", "size=5\"", "nothing"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=x=\"y\"", "nothing"),
    ])
    func `they may be around a member of a list`(name: String, value: String, place: String) throws {
        let warnings = try settings([name: value]).warnings
        if place == "nothing" {
            #expect(!warnings.joined().contains("quotation"))
        } else {
            #expect(isTold(warnings, name, around: place), "\(warnings)")
        }
        #expect(!warnings.joined().contains("s3cret"))
    }

    @Test(arguments: [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://c/v1/metrics"),
        ("TCPLENS_ATTRIBUTES", "network.local.port"), ("TCPLENS_HEALTH", "localhost:1"),
        ("OTEL_CONFIG_FILE", "/etc/x.yaml"),
    ])
    func `a value that makes it impossible to go on is refused with that reason, on one line`(
        name: String,
        value: String
    ) throws {
        for mark in ["\"", "'"] {
            let failure = #expect(throws: Failure.self) { try settings([name: mark + value + mark]) }
            #expect(failure?.status == Failure.usage)
            #expect(isTold([failure?.message ?? ""], name, around: "its value"), "\(failure?.message ?? "")")
            #expect(failure?.message.contains("\n") == false)
        }
        let proxied = ["http_proxy": "\"http://p:1\"", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1"]
        let failure = #expect(throws: Failure.self) { try settings(proxied) }
        #expect(isTold([failure?.message ?? ""], "http_proxy", around: "its value"))
    }

    @Test func `what is not read is not told of`() throws {
        let others = [
            "OTEL_TRACES_SAMPLER", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_BSP_SCHEDULE_DELAY", "HOME", "LS_COLORS",
        ]
        #expect(try settings(Dictionary(uniqueKeysWithValues: others.map { ($0, "\"x\"") })).warnings.isEmpty)
    }

    @Test func `a file's own variables are told of, and no others`() throws {
        let file = """
            file_format: "1.1"
            resource: {attributes_list: "${LIST}"}
            meter_provider: {readers: [{periodic: {exporter: {otlp_http: {endpoint: "${URL:-http://c:1/}"}}}}]}
            """
        let taken = try ConfigurationExample.settings(file, ["LIST": "\"a=1\"", "OTEL_SERVICE_NAME": "\"x\""])
        #expect(isTold(taken.warnings, "LIST", around: "its value"))
        #expect(!isTold(taken.warnings, "OTEL_SERVICE_NAME", around: "its value"))
        let failure = #expect(throws: Failure.self) {
            try ConfigurationExample.settings(file, ["URL": "\"http://c:1\""])
        }
        #expect(isTold([failure?.message ?? ""], "URL", around: "its value"))
    }
}
