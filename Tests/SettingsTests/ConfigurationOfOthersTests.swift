import CommandSupport
import Metrics
import Resource
import Testing

@testable import OTLPExport
@testable import Settings

/// Files that were not written for tcplens.
@Suite struct ConfigurationOfOthersTests {
    /// A file with the keys of OpenTelemetry's example for beginners.
    private func beginning(_ detection: String) -> String {
        """
        file_format: "1.1"
        resource:
          attributes_list: ${OTEL_RESOURCE_ATTRIBUTES}
          \(detection):
            detectors:
            - service: # of OTEL_SERVICE_NAME
            - host:
            - process:
            - container:
        propagator: {composite: [{tracecontext: }, {baggage: }]}
        tracer_provider:
          sampler: {parent_based: {root: {always_on: }}}
          processors:
          - batch:
              exporter:
                otlp_http:
                  endpoint: ${OTEL_EXPORTER_OTLP_ENDPOINT:-http://localhost:4318}/v1/traces
        meter_provider:
          readers:
          - periodic:
              exporter:
                otlp_http:
                  endpoint: ${OTEL_EXPORTER_OTLP_ENDPOINT:-http://localhost:4318}/v1/metrics
        logger_provider:
          processors:
          - batch:
              exporter:
                otlp_http:
                  endpoint: ${OTEL_EXPORTER_OTLP_ENDPOINT:-http://localhost:4318}/v1/logs
        """
    }

    @Test(arguments: ["detection/development", "detection"])
    func `the file that people begin with runs as it is`(detection: String) throws {
        let plain = try ConfigurationExample.settings(beginning(detection))
        #expect(plain.exporters == [.otlp])
        #expect("\(plain.otlp.endpoint)" == "http://localhost:4318/v1/metrics")
        #expect(plain.resource.attributes.isEmpty)
        #expect(
            plain.warnings == [
                "the configuration's tracer_provider, logger_provider, propagator mean nothing to tcplens"
            ]
        )
        let environment = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1", "OTEL_RESOURCE_ATTRIBUTES": "a=1, ",
            "OTEL_SERVICE_NAME": " s ",
        ]
        let set = try ConfigurationExample.settings(beginning(detection), environment)
        #expect("\(set.otlp.endpoint)" == "http://c:1/v1/metrics")
        #expect(set.resource.attributes == ["a": "1", "service.name": "s"])
        #expect(set.warnings.count == 1, "\(set.warnings)")
        // The file's own value takes precedence over the detected one.
        let named = environment.merging(["OTEL_RESOURCE_ATTRIBUTES": "service.name=listed"]) { $1 }
        let listed = try ConfigurationExample.settings(beginning(detection), named)
        #expect(listed.resource.attributes == ["service.name": "listed"])
    }

    @Test func `a service's name is not detected unless that is asked for`() throws {
        let text = "file_format: \"1.1\"\nresource: {detection/development: {detectors: [{host: }]}}\nmeter_provider:\n"
        let settings = try ConfigurationExample.settings(text, ["OTEL_SERVICE_NAME": "s"])
        #expect(settings.resource.attributes.isEmpty)
        #expect(settings.warnings.last == "with a configuration file these variables mean nothing: OTEL_SERVICE_NAME")
    }

    private func problems(_ text: String) -> [String] {
        do throws(Failure) {
            _ = try ConfigurationFile.settings(
                in: Array(text.utf8),
                of: "f.yaml",
                Machine(environment: [:]) { _ in nil }
            )
            return []
        } catch {
            return error.message.split(separator: "\n").map(String.init)
        }
    }

    private func resource(_ detection: String) -> String {
        "file_format: \"1.1\"\nresource: {detection/development: \(detection)}\nmeter_provider:\n"
    }

    private func prometheus(_ keys: String) -> String {
        """
        file_format: "1.1"
        meter_provider: {readers: [{pull: {exporter: {prometheus/development: {\(keys)}}}}]}
        """
    }

    private func reader(_ keys: String) -> String {
        """
        file_format: "1.1"
        meter_provider: {readers: [{periodic: {\(keys), exporter: {console: }}}]}
        """
    }

    private func provider(_ keys: String) -> String {
        """
        file_format: "1.1"
        meter_provider: {\(keys), readers: [{periodic: {exporter: {console: {temporality_preference: cumulative}}}}]}
        """
    }

    @Test func `a key that asks for what is done anyway is followed`() {
        let texts = [
            resource("{detectors: [{host: }]}"), resource("{detectors: [{os: {}}, {host: {}}]}"), resource(""),
            resource("{}"),
            resource("{attributes: {included: ['*']}, detectors: [{process: }]}"),
            resource("{attributes: {included: [\"host.*\", \"*\"], excluded: []}}"), resource("{attributes: }"),
            prometheus("target_info_enabled/development: true"), prometheus("target_info_enabled: true"),
            prometheus("scope_info_enabled: true"), prometheus("without_scope_info: false"),
            prometheus("without_target_info/development: false"), prometheus("without_target_info: false"),
            prometheus("translation_strategy: underscore_escaping_with_suffixes"),
            prometheus("translation_strategy: UnderscoreEscapingWithSuffixes"), prometheus("translation_strategy: "),
            prometheus("resource_constant_labels: {included: []}"), prometheus("resource_constant_labels: "),
            prometheus("with_resource_constant_labels: {excluded: ['*']}"), prometheus("without_scope_info: "),
            reader("cardinality_limits: {default: 500, counter: 500, gauge: 500}"),
            reader("cardinality_limits: {up_down_counter: 2000}"), reader("cardinality_limits: {gauge: }"),
            reader("producers: "),
            provider("views: "), provider("view_matching_mode/development: composable"),
            provider("meter_configurator/development: "),
        ]
        for text in texts {
            #expect(problems(text) == [], "\(text)")
        }
    }

    @Test func `a key that asks for something else is refused`() {
        let texts = [
            (
                resource("{detectors: [{host: , process: }]}"),
                "expected one of container, host, os, process, service, found"
            ),
            (resource("{detectors: [{cloud: }]}"), "cloud: the key is unknown"),
            (resource("{detectors: [{host: {x: 1}}]}"), "host.x: the key is unknown"),
            (resource("{detectors: {host: }}"), "expected a list, found a mapping"),
            (resource("{attributes: {included: [\"host.*\"]}}"), "attributes.included: a choice can't be followed"),
            (resource("{attributes: {excluded: [host.id]}}"), "attributes.excluded: a choice can't be followed"),
            (prometheus("target_info_enabled/development: false"), "development: only true can be followed"),
            (prometheus("scope_info_enabled: false"), "scope_info_enabled: only true can be followed"),
            (prometheus("without_scope_info: true"), "without_scope_info: only false can be followed"),
            (prometheus("without_scope_info: \"false\""), "without_scope_info: expected true or false"),
            (prometheus("translation_strategy: no_translation/development"), "translation_strategy: expected one of"),
            (prometheus("resource_constant_labels: {included: [\"service*\"]}"), "included: only none can be followed"),
            (prometheus("resource_constant_labels: {}"), "resource_constant_labels.excluded: only none can be"),
            (
                reader("cardinality_limits: {default: 500, gauge: 501}"),
                "cardinality_limits.gauge: it must be the default"
            ),
            (reader("cardinality_limits: {gauge: 500}"), "cardinality_limits.gauge: it must be the default"),
            (provider("views: [x]"), "meter_provider.views: a key of the schema that can't be followed"),
            (reader("producers: [{opencensus: }]"), "producers: a key of the schema that can't be followed"),
        ]
        for (text, problem) in texts {
            let problems = problems(text)
            #expect(problems.contains { $0.contains(problem) }, "\(text): \(problems)")
            #expect(problems.allSatisfy { $0.hasPrefix("f.yaml:2:") })
        }
    }

    @Test(arguments: [
        ("0.1", true), ("0.3", true), ("0.4", true), ("1.0-rc.1", true), ("1.0-rc.3", true), ("2.0", false),
    ])
    func `a draft is told what to do`(version: String, isDraft: Bool) throws {
        let text = """
            file_format: "\(version)"
            meter_provider:
              readers:
              - periodic:
                  exporter:
                    otlp:
                      protocol: http/protobuf
                      certificate: /ca.pem
              - pull: {exporter: {prometheus: {host: localhost}}}
            """
        let problems = problems(text)
        #expect(problems.first?.hasPrefix("f.yaml:1:14: file_format: expected \"1.1\"") == true)
        #expect(problems.first?.contains("a draft of it: write \"1.1\"") == isDraft)
        #expect(
            problems.contains {
                $0.hasPrefix("f.yaml:6:") && $0.contains("otlp: ") && $0.contains("now it is otlp_http")
            }
        )
        #expect(
            problems.contains {
                $0.contains("exporter.prometheus: ") && $0.contains("now it is prometheus/development")
            }
        )
    }

    @Test(
        arguments: [
            ("certificate: /a", "ca_file in tls"), ("client_key: /a", "key_file in tls"),
            ("client_certificate: /a", "cert_file in"),
            ("certificate_file: /a", "ca_file in tls"), ("client_key_file: /a", "key_file in tls"),
            ("client_certificate_file: /a", "cert_file in tls"),
            ("protocol: http/protobuf", "the name of the exporter"),
            ("tls: {certificate_file: /a}", "ca_file"), ("tls: {client_key_file: /a}", "key_file"),
            ("tls: {client_certificate_file: /a}", "cert_file"), ("temporality_preference: lowmemory", nil),
        ] as [(String, String?)]
    )
    func `old keys are pointed to the new`(key: String, successor: String?) {
        let text = """
            file_format: "1.1"
            meter_provider: {readers: [{periodic: {exporter: {otlp_http: {\(key)}}}}]}
            """
        let problems = problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.contains(successor.map { "now it is \($0)" } ?? "low_memory") == true, "\(problems)")
    }

    @Test func `old variables are pointed to the new`() throws {
        func warnings(_ environment: [String: String]) throws -> [String] {
            let machine = Machine(environment: environment) { _ in nil }
            return try SettingsSource(options: .init(), machine: machine).settings().warnings
        }
        let name = "OTEL_EXPERIMENTAL_CONFIG_FILE"
        #expect(
            try warnings([name: "/etc/otel.yaml"]) == ["\(name) is ignored: the variable is called OTEL_CONFIG_FILE"]
        )
        #expect(try warnings([name: " "]).isEmpty)
        let interval = try warnings(["OTEL_METRICS_EXPORT_INTERVAL": "1000"])
        #expect(interval.first?.hasSuffix("is called OTEL_METRIC_EXPORT_INTERVAL") == true)
        let exporter = try warnings(["OTEL_METRICS_EXPORTER": "logging"])
        #expect(exporter.first?.hasSuffix("; it is called console now") == true)
    }
}
