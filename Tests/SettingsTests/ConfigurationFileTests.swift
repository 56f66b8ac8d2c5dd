import CommandSupport
import Confinement
import Logging
import Metrics
import OTLPExport
import Probes
import Resource
import Testing

@testable import Settings

@Suite struct ConfigurationFileTests {
    /// A file with one periodic reader that has `exporter`, which begins in line 6 and column 11.
    private func file(exporter: String) -> String {
        """
        file_format: "1.1"
        meter_provider:
          readers:
          - periodic:
              exporter:
                \(exporter)
        """
    }

    @Test func `each key of the schema that applies does what it says (conformance 43, 44, 47)`() throws {
        let settings = try ConfigurationExample.settings(ConfigurationExample.everything, ["KEY": "4711"])
        #expect(!settings.isDisabled)
        #expect(settings.logLevel == .warning)
        #expect(
            settings.resource.attributes == [
                "team": "core", "host.name": "web", "rack": 7, "spare": true, "load": .double(0.5),
            ]
        )
        #expect(settings.interval == .seconds(5))
        #expect(settings.timeout == .seconds(4))
        #expect(settings.exporters == [.otlp, .console, .prometheus])
        #expect("\(settings.otlp.endpoint)" == "https://collector:4318/in?***")
        #expect(settings.otlp.certificate == "/ca.pem")
        #expect(settings.otlp.clientKey == "/key.pem")
        #expect(settings.otlp.clientCertificate == "/cert.pem")
        let headers = [OTLPHeader(name: "other", value: "x,y"), OTLPHeader(name: "api-key", value: "4711")]
        #expect(settings.otlp.headers == headers.compactMap(\.self))
        #expect(settings.otlp.compression == .gzip)
        #expect(settings.otlp.timeout == nil)
        #expect(settings.otlp.requestLimit == 1000)
        #expect(settings.otlp.responseLimit == 2000)
        #expect(settings.otlp.temporality == .lowMemory)
        #expect(settings.prometheus == ListenAddress(host: "::", port: 9999))
        let ports: Set<PortAttribute> = Set(PortAttribute.allCases)
        #expect(
            settings.probes
                == .init(
                    scope: .node,
                    ports: ports,
                    cardinalityLimit: 50,
                    responseTime: true,
                    connectionLimit: 5000
                )
        )
        #expect(settings.attribution == .workload)
        #expect(settings.applicationResource == false)
        #expect(settings.workloadLimit == 70)
        #expect(settings.confinement == [.capabilities, .noNewPrivileges])
        #expect(settings.activeProbes?.attribution == AttributionOptions(limit: 70, asksApplications: false))
        #expect(settings.otlp.histograms == .exponential)
        #expect(settings.consoleHistograms == .explicitBuckets)
        #expect(settings.prometheusCreated)
        #expect(settings.health == ListenAddress(host: "::1", port: 8080))
        #expect(settings.otlp.queueLimit == 1_000_000)
        #expect(settings.otlp.spoolLimit == 2_000_000)
        #expect(settings.otlp.spool == "/var/spool/tcplens")
        #expect(settings.warnings.isEmpty)
    }

    @Test func `what is not in a file has the schema's default (conformance 43, 44)`() throws {
        let file = try ConfigurationExample.settings(file(exporter: "otlp_http:"))
        var defaults = try RunSettings()
        (defaults.file, defaults.otlp.proxy) = (file.file, file.otlp.proxy)
        #expect(file == defaults)
        let nothing = try ConfigurationExample.settings("file_format: \"1.0\"")
        #expect(nothing.exporters.isEmpty)
        #expect(nothing.warnings == ["there is no meter_provider in the configuration: nothing is exported"])
    }

    @Test func `with a file no variable counts but those that it refers to, and that is said (conformance 42)`() throws
    {
        let environment = [
            "OTEL_METRIC_EXPORT_INTERVAL": "1000", "OTEL_SERVICE_NAME": "wrong", "TCPLENS_RESPONSE_TIME": "true",
            "OTEL_EXPORTER_OTLP_HEADERS": "a=b", "COLLECTOR": "http://used", "OTEL_USED": "delta",
            "OTEL_CONFIG_FILE": "f.yaml", "OTEL_LOG_LEVEL": "",
        ]
        let text = file(exporter: "otlp_http: {endpoint: '${COLLECTOR}', temporality_preference: '${OTEL_USED}'}")
        let settings = try ConfigurationExample.settings(text, environment)
        #expect(settings.interval == .seconds(60))
        #expect(settings.resource.attributes.isEmpty)
        #expect(settings.otlp.headers.isEmpty)
        #expect(!settings.probes.responseTime)
        #expect("\(settings.otlp.endpoint)" == "http://used/")
        #expect(settings.otlp.temporality == .delta)
        #expect(
            settings.warnings == [
                "with a configuration file these variables mean nothing: OTEL_EXPORTER_OTLP_HEADERS, "
                    + "OTEL_METRIC_EXPORT_INTERVAL, OTEL_SERVICE_NAME, TCPLENS_RESPONSE_TIME"
            ]
        )
    }

    @Test func `a file that others share is read, and what means nothing here is said`() throws {
        let text = file(exporter: "console:") + "\ntracer_provider: {sampler: {x: y}}\npropagator:\n"
        let settings = try ConfigurationExample.settings(text)
        #expect(settings.exporters == [.console])
        #expect(settings.warnings == ["the configuration's tracer_provider, propagator mean nothing to tcplens"])
    }

    @Test(arguments: [("1.0", 0), ("1.1", 0), ("1.2", 1), ("1.12", 1)])
    func `minor versions of the schema are read, newer ones with a warning`(version: String, warnings: Int) throws {
        let text = file(exporter: "console:").replacing("1.1", with: version)
        #expect(try ConfigurationExample.settings(text).warnings.count == warnings)
    }

    @Test(arguments: ["0.4", "2.0", "1.0-rc.2", "1", "1.1.0", "1.x", "1.-1", "1.01", " 1.1"])
    func `other versions are refused`(version: String) {
        let text = file(exporter: "console:").replacing("1.1", with: version)
        let failure = #expect(throws: Failure.self) { try ConfigurationExample.settings(text) }
        #expect(failure?.status == 2)
        #expect(failure?.message.hasPrefix("f.yaml:1:14: file_format: expected \"1.1\"") == true)
    }

    @Test func `what is printed gives the same settings when it is read, but for the secrets`() throws {
        let settings = try ConfigurationExample.settings(ConfigurationExample.everything, ["KEY": "k3y$"])
        let text = try settings.yaml()
        for secret in ["hunter2", "us3r", "s3cret", "k3y", "x,y"] {
            #expect(!text.contains(secret))
        }
        let again = try ConfigurationExample.settings(text)
        #expect(
            again.warnings == ["the configuration has *** where --print-config left a secret out: put the secret there"]
        )
        #expect(try again.yaml() == text)
        var (before, after) = (settings, again)
        (before.otlp, before.warnings) = (after.otlp, [])
        after.warnings = []
        #expect(before == after)
        #expect(try settings.yaml(isOnOneLine: true).split(separator: "\n").count == 1)
    }

    @Test(arguments: [[:], ["OTEL_METRICS_EXPORTER": "none"], ["OTEL_METRICS_EXPORTER": "console,prometheus"]])
    func `what is printed of an environment can be put into a file`(environment: [String: String]) throws {
        let machine = Machine(environment: environment) { _ in nil }
        let settings = try RunSettings(environmentOf: machine)
        let again = try ConfigurationExample.settings(try settings.yaml())
        #expect(try again.yaml() == settings.yaml())
        #expect(again.exporters == settings.exporters)
    }

    @Test func `what is printed of paths and limits of an environment can be read, too`() throws {
        let environment = [
            "OTEL_EXPORTER_OTLP_CERTIFICATE": "ca.pem", "TCPLENS_SPOOL": "spool", "TCPLENS_QUEUE_LIMIT": "4GiB",
            "OTEL_EXPORTER_OTLP_CLIENT_KEY": "/alone.key", "OTEL_EXPORTER_PROMETHEUS_HOST": "[::1]",
        ]
        let settings = try RunSettings(environmentOf: Machine(environment: environment) { _ in nil })
        let again = try ConfigurationExample.settings(try settings.yaml())
        #expect(again.otlp.certificate?.hasPrefix("/") == true && again.otlp.certificate?.hasSuffix("/ca.pem") == true)
        #expect(again.otlp.spool?.hasPrefix("/") == true && again.otlp.spool?.hasSuffix("/spool") == true)
        #expect(again.otlp.queueLimit == 4 << 30)
        #expect(again.otlp.clientKey == nil)
        #expect(settings.prometheus.host == "::1")
    }
}
