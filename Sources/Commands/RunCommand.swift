import AgentRuntime
import ArgumentParser
internal import CPlatform
internal import Settings
internal import System
import UnixSignals

/// `tcplens run`: the agent.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Collect metrics and export them until told to stop.",
        discussion: """
              sudo OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 tcplens run
              sudo tcplens run --interval 10s         # to http://localhost:4318
              sudo OTEL_METRICS_EXPORTER=console tcplens run --once
            """
    )

    @OptionGroup var options: RunOptions

    @Flag(help: "Print the settings that would apply, as a configuration file without secrets, and end.")
    var printConfig = false

    func run() async throws {
        CPlatform_disableCoreDumps()
        let source = options.source
        guard !printConfig else {
            let settings = try source.settings()
            settings.logWarnings()
            try StandardStream.output.write(try settings.yaml())
            return
        }
        // Before anything is loaded or logged: from here on a signal means a last export.
        let signals = options.configuration.once ? nil : await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let manager = options.configuration.once ? nil : ServiceManager.ofThisProcess()
        let agent = try await Agent(source, settings: try source.settings(), manager: manager)
        if let signals {
            await agent.serve(confine(), until: signals)
        } else {
            try await agent.runOnce()
        }
    }
}
