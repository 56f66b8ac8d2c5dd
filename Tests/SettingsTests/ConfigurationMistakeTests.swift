import CommandSupport
import Resource
import Testing

@testable import Settings

/// Mistakes in a file are reported with their place.
@Suite struct ConfigurationMistakeTests {
    /// One mistake in the file that has everything.
    struct Mistake: CustomTestStringConvertible {
        /// The text whose first occurrence is replaced, and the replacement.
        let original: String
        let mistake: String
        /// Where in `mistake` the problem is.
        let place: String
        /// The beginning of the problem after the place.
        let problem: String

        init(_ original: String, _ mistake: String, at place: String, _ problem: String) {
            (self.original, self.mistake, self.place, self.problem) = (original, mistake, place, problem)
        }

        var testDescription: String { mistake }
    }

    private static let reader = "meter_provider.readers[0]"
    private static let otlp = "meter_provider.readers[0].periodic.exporter.otlp_http"

    @Test(arguments: [
        Mistake("file_format: \"1.1\"", "file_format: 1.1", at: "1.1", "file_format: expected a string"),
        Mistake("file_format: \"1.1\"\n", "", at: "", "the key file_format is missing"),
        Mistake("disabled: false", "disabled: no", at: "no", "disabled: expected true or false, found a string"),
        Mistake("disabled: false", "disabled: \"true\"", at: "\"", "disabled: expected true or false, found a string"),
        Mistake("disabled: false", "x: 1\nx: 2", at: "x: 2", "x: the key occurs twice"),
        Mistake("disabled: false", "disabled: !!bool maybe", at: "!!", "disabled: expected true or false"),
        Mistake("disabled: false", "disabled: !mine true", at: "!mine", "disabled: the tag is unknown"),
        Mistake("log_level: warn2", "log_level: loud", at: "loud", "log_level: expected one of trace, trace2"),
        Mistake("log_level: warn2", "loglevel: warn2", at: "log", "loglevel: the key is unknown; known here: file_"),
        Mistake("resource:", "resource: x\n_:", at: "x", "resource: expected a mapping, found a string"),
        Mistake("team=core,", "team,", at: "team", "resource.attributes_list: it must be key=value pairs"),
        Mistake("value: web}", "valu: web}", at: "valu", "resource.attributes[0].valu: the key is unknown"),
        Mistake("{name: host.name, value: web}", "[x]", at: "[", "resource.attributes[0]: expected a mapping, found"),
        Mistake("value: 7,", "value: x,", at: "x", "resource.attributes[1].value: expected a whole number"),
        Mistake("type: bool", "type: boolean", at: "bool", "resource.attributes[2].type: expected one of string"),
        Mistake("value: 0.5", "value: half", at: "half", "resource.attributes[3].value: expected a number"),
        Mistake("always_off", "never", at: "never", "meter_provider.exemplar_filter: expected one of"),
        Mistake(
            "exemplar_filter: always_off",
            "views: [x]",
            at: "views",
            "meter_provider.views: a key of the schema th"
        ),
        Mistake("- periodic:", "- push:", at: "push", "\(reader): expected one of periodic, pull, found none"),
        Mistake("interval: 5000", "interval: 5s", at: "5s", "\(reader).periodic.interval: expected a whole number of"),
        Mistake("interval: 5000", "interval: 0", at: "0", "\(reader).periodic.interval: expected a whole number of"),
        Mistake("timeout: 4000", "timeout: -1", at: "-1", "\(reader).periodic.timeout: expected a whole number of"),
        Mistake("{default: 50}", "{default: 5}", at: "5", "\(reader).periodic.cardinality_limits.default: expected"),
        Mistake(
            "{default: 50}",
            "{gauge: 50}",
            at: "50",
            "\(reader).periodic.cardinality_limits.gauge: it must be the def"
        ),
        Mistake("otlp_http:", "otlp_grpc:", at: "otlp", "\(reader).periodic.exporter: expected one of otlp_http, co"),
        Mistake("https://us3r:", "ftp://us3r:", at: "ftp", "\(otlp).endpoint: not a usable URL"),
        Mistake("https://us3r:hunter2@collector:4318/in?token=s3cret", "\"\"", at: "\"", "\(otlp).endpoint: "),
        Mistake("ca_file: /ca", "ca_file: ca", at: "ca.", "\(otlp).tls.ca_file: expected an absolute path"),
        Mistake("ca_file:", "insecure:", at: "ins", "\(otlp).tls.insecure: the key is unknown"),
        Mistake(", cert_file: /cert.pem", "", at: "", "\(otlp).tls.key_file: cert_file and key_file belong together"),
        Mistake("- name: api-key", "- name: 1", at: "1", "\(otlp).headers[0].name: expected a string"),
        Mistake("- name: api-key", "- name: a b", at: "a b", "\(otlp).headers[0].name: its name is not one"),
        Mistake("- name: api-key", "- name: Content-Type", at: "C", "\(otlp).headers[0].name: tcplens sets that he"),
        Mistake("value: ${KEY}", "value: 1234", at: "1234", "\(otlp).headers[0].value: expected a string, found a who"),
        Mistake(
            "value: ${KEY}",
            "value: \"s3cret\\r\\nx: y\"",
            at: "\"",
            "\(otlp).headers[0].value: its value has a line break"
        ),
        Mistake("value: ${KEY}", "value: ${KEY:?s3cret}", at: "$", "\(otlp).headers[0].value: a reference must be"),
        Mistake("value: ${KEY}", "vale: s3cret", at: "vale", "\(otlp).headers[0].vale: the key is unknown; known"),
        Mistake("api-key=list,", "s3cret,", at: "s3", "\(otlp).headers_list: entry 1: expected name"),
        Mistake(
            "compression: gzip",
            "compression: zstd",
            at: "zstd",
            "\(otlp).compression: expected one of none, gzip, found another one"
        ),
        Mistake("timeout: 0", "timeout: 1.5", at: "1.5", "\(otlp).timeout: expected a whole number of milliseconds"),
        Mistake("max_request_size: 1000", "max_request_size: 1 MiB", at: "1 M", "\(otlp).max_request_size: expected a"),
        Mistake("max_response_size: 2000", "max_response_size: [1]", at: "[", "\(otlp).max_response_size: expected a"),
        Mistake("encoding: protobuf", "encoding: json", at: "json", "\(otlp).encoding: expected one of protobuf"),
        Mistake("low_memory", "lowmemory", at: "low", "\(otlp).temporality_preference: expected one of cumulative"),
        Mistake("base2_exponential_bucket_histogram", "base2", at: "b", "\(otlp).default_histogram_aggregation: exp"),
        Mistake(
            "console:\n",
            "console: 1\n#",
            at: "1",
            "meter_provider.readers[1].periodic.exporter.console: expected"
        ),
        Mistake("host: \"::\"", "host: [x]", at: "[", "meter_provider.readers[2].pull.exporter.prometheus/developm"),
        Mistake("port: 9999", "port: 65536", at: "6", "meter_provider.readers[2].pull.exporter.prometheus/developme"),
        Mistake("prometheus/development:", "prometheus:", at: "p", "meter_provider.readers[2].pull.exporter: expec"),
        Mistake("tcplens/development:", "tcplens:", at: "tcp", "tcplens: the key is unknown"),
        Mistake("scope: node", "scope: pod", at: "pod", "tcplens/development.scope: expected one of self, node"),
        Mistake(
            "attribution: workload",
            "attribution: pod",
            at: "pod",
            "tcplens/development.attribution: expected one"
        ),
        Mistake("resource: false", "resource: on", at: "on", "tcplens/development.application_resource: expected true"),
        Mistake("workload_limit: 70", "workload_limit: 0", at: "0", "tcplens/development.workload_limit: expected"),
        Mistake("limit: 5000", "limit: 999", at: "999", "tcplens/development.connection_limit: expected"),
        Mistake("network.peer.port]", "x]", at: "x", "tcplens/development.attributes[1]: expected one of network"),
        Mistake("response_time: true", "response_time: 1", at: "1", "tcplens/development.response_time: expected true"),
        Mistake("\"[::1]:8080\"", "8080", at: "8080", "tcplens/development.health: expected a string"),
        Mistake("\"[::1]:8080\"", "localhost", at: "local", "tcplens/development.health: expected HOST:PORT"),
        Mistake(
            "scope: node",
            "cardinality_limit: 50",
            at: "c",
            "tcplens/development.cardinality_limit: the key is un"
        ),
        Mistake("file_format:", "\tfile_format:", at: "\t", "not usable YAML: "),
    ])
    func `a mistake is named with its line, its column and its path, and no secret with it`(_ mistake: Mistake) throws {
        let range = try #require(ConfigurationExample.everything.firstRange(of: mistake.original))
        let text = ConfigurationExample.everything.replacingCharacters(in: range, with: mistake.mistake)
        let failure = #expect(throws: Failure.self) { try ConfigurationExample.settings(text, ["KEY": "s3cret"]) }
        let message = try #require(failure).message
        #expect(failure?.status == Failure.usage)
        for secret in ["s3cret", "hunter2", "us3r"] {
            #expect(!message.contains(secret))
        }
        let problems = message.split(separator: "\n").filter { $0.contains(mistake.problem) }
        #expect(problems.count == 1, "\(message)")
        // A missing key has no place of its own.
        guard !mistake.place.isEmpty else { return }
        let place = try #require(text[range.lowerBound...].firstRange(of: mistake.place)).lowerBound
        let lines = text[..<place].split(separator: "\n", omittingEmptySubsequences: false)
        let position = "f.yaml:\(lines.count):\((lines.last?.count ?? 0) + 1): "
        #expect(problems.first?.hasPrefix(position) == true, "\(position) \(message)")
    }

    @Test func `all mistakes are told at once`() {
        let text = "file_format: \"1.1\"\na: 1\nb: ${1}\ndisabled: 1\nresource: {x: 1}\n"
        let failure = #expect(throws: Failure.self) { try ConfigurationExample.settings(text) }
        #expect(
            failure?.message.split(separator: "\n").map { $0.prefix(9) } == [
                "f.yaml:2:", "f.yaml:3:", "f.yaml:3:", "f.yaml:4:", "f.yaml:5:",
            ]
        )
    }

    @Test(arguments: [
        ("timeout: 4000", "timeout: 4001", "readers[1].periodic.interval"),
        ("{default: 50}", "{default: 51}", "readers[1].periodic.cardinality_limits"),
        ("    console:", "    otlp_http:", "readers[1].periodic.exporter.otlp_http"),
    ])
    func `what one pass can't serve is refused`(original: String, change: String, path: String) throws {
        let range = try #require(ConfigurationExample.everything.firstRange(of: original))
        let text = ConfigurationExample.everything.replacingCharacters(in: range, with: change)
        let failure = #expect(throws: Failure.self) { try ConfigurationExample.settings(text, ["KEY": "x"]) }
        #expect(failure?.message.contains(": meter_provider.\(path)") == true)
    }

    @Test func `the name of a file tells its format, and one that is not there is named (conformance 46)`() {
        for path in ["/etc/passwd", "/x.json", "", "/nonexistent.yaml", "/nonexistent.yml", "/dev/zero"] {
            let options = RunSettings.Options(file: path)
            let source = SettingsSource(options: options, machine: Machine(environment: [:]) { _ in nil })
            let failure = #expect(throws: Failure.self) { try source.settings() }
            #expect(failure?.status == Failure.usage)
            #expect(failure?.message.hasPrefix("\(path): ") == true)
        }
    }
}

extension String {
    /// The text with `replacement` in place of `range`.
    fileprivate func replacingCharacters(in range: Range<String.Index>, with replacement: String) -> String {
        self[..<range.lowerBound] + replacement + self[range.upperBound...]
    }
}
