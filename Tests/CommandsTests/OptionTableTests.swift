import ArgumentParser
import Configuration
import Testing

@testable import Commands
@testable import Settings

/// The options of `run` and the table of settings agree.
@Suite struct OptionTableTests {
    /// Values other than the defaults, for the options that have a value.
    private static let samples = [
        "--log-level": "debug", "--interval": "5s", "--cardinality-limit": "50", "--attributes": "network.local.port",
        "--health": "localhost:1", "--queue-limit": "1MiB", "--spool": "/spool", "--spool-limit": "2MiB",
        "--scope": "node", "--attribution": "none", "--application-resource": "off", "--workload-limit": "7",
        "--confinement": "none", "--connection-limit": "5000", "--pin": "/sys/fs/bpf/tcplens",
    ]

    @Test func `every option in the table is one of run, and sets its value`() throws {
        let defaults = try RunSettings()
        for setting in RunSetting.all {
            guard let option = setting.name.option else { continue }
            let value = Self.samples[option]
            let options = try RunOptions.parse([option] + (value.map { [$0] } ?? []))
            var settings = defaults
            try settings.apply(options.source.options)
            #expect(setting.entry(of: settings).value != setting.entry(of: defaults).value, "\(option)")
        }
    }
}
