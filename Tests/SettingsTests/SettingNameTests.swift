import Settings
import Testing

/// Which name of a setting a hint has.
@Suite struct SettingNameTests {
    @Test func `a hint names the source that is in use`() throws {
        var settings = try RunSettings()
        #expect(SettingName.health.text(for: settings) == "--health, TCPLENS_HEALTH")
        #expect(SettingName.timeout.text(for: settings) == "OTEL_METRIC_EXPORT_TIMEOUT")
        settings.file = "tcplens.yaml"
        #expect(SettingName.health.text(for: settings) == "--health, tcplens/development.health")
        #expect(SettingName.timeout.text(for: settings) == "meter_provider.readers.periodic.timeout")
    }
}
