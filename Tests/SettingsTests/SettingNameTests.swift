import CommandSupport
import Metrics
import OTLPExport
import Pipeline
import Resource
import TestSupport
import Testing

@testable import AgentRuntime
@testable import Settings

/// Which name of a setting a hint has.
@Suite struct SettingNameTests {
    @Test func `a hint names the source that is in use`() throws {
        var settings = try RunSettings()
        #expect(RunSetting.health.name.text(for: settings) == "--health, TCPLENS_HEALTH")
        #expect(RunSetting.timeout.name.text(for: settings) == "OTEL_METRIC_EXPORT_TIMEOUT")
        settings.file = "tcplens.yaml"
        #expect(RunSetting.health.name.text(for: settings) == "--health, tcplens/development.health")
        #expect(RunSetting.timeout.name.text(for: settings) == "meter_provider.readers.periodic.timeout")
    }

    @Test func `no name is used twice`() {
        let names = RunSetting.all.map(\.name)
        for list in [names.compactMap(\.option), names.compactMap(\.variable), names.map(\.key)] {
            #expect(Set(list).count == list.count, "\(list)")
        }
    }

    /// The message of an export that fails, with settings of `source`.
    private func failedExport(of settings: RunSettings) async throws -> String {
        let exporter = try #require(try settings.exporterPlans.first?.exporter())
        let outcome = await exporter.export([.sample(points: 1)], isLast: true)
        await exporter.shutdown()
        return try #require(outcome.message)
    }

    @Test func `with a file, the hint of a failed export names a key and no variable`() async throws {
        let text = """
            file_format: "1.1"
            meter_provider: {readers: [{periodic: {exporter: {otlp_http: {endpoint: "http://127.0.0.1:1/", timeout: 200}}}}]}
            """
        let message = try await failedExport(of: ConfigurationExample.settings(text))
        #expect(message.contains("set the endpoint (otlp_http.endpoint)"), "\(message)")
        #expect(!message.contains("OTEL_"), "\(message)")
    }

    @Test func `without a file, the hint of a failed export names a variable`() async throws {
        let environment = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_TIMEOUT": "200",
        ]
        let machine = Machine(environment: environment) { _ in nil }
        let message = try await failedExport(of: SettingsSource(options: .init(), machine: machine).settings())
        #expect(message.contains("set the endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)"), "\(message)")
    }

    @Test func `hints name every setting of an exporter in the source that is in use`() throws {
        var settings = try RunSettings()
        func names() throws -> OTLPSettingNames {
            guard case .otlp(let configuration) = settings.exporterPlans.first else { throw Failure("no OTLP") }
            return configuration.names
        }
        let variables = try names()
        #expect(variables.endpoint == OTLPSettingNames.variables.endpoint)
        #expect(variables.spool == "--spool, TCPLENS_SPOOL")
        settings.file = "tcplens.yaml"
        let keys = try names()
        #expect(keys.spool == "--spool, tcplens/development.spool")
        for name in [keys.endpoint, keys.headers, keys.certificate, keys.clientCertificate, keys.clientKey] {
            #expect(name.hasPrefix("otlp_http."))
        }
        #expect(keys.exactEndpoint == nil)
    }
}
