import AgentRuntime
import ArgumentParser
internal import CPlatform
import CommandSupport
internal import Settings
internal import System
import UnixSignals

/// `tcplens run`: the agent.
struct RunCommand: AsyncParsableCommand, ConfinedCommand {
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

    /// What it has to do, and what it is able to do after confinement.
    private var prepared: Prepared?

    mutating func confine() throws {
        CPlatform_disableCoreDumps()
        let settings = try options.source.settings()
        // Half of the memory at the peak of the start would be code that only options and settings need.
        CPlatform_releaseStartupPages()
        prepared = Prepared(
            settings: settings,
            abilities: printConfig ? Abilities() : try AgentRuntime.confine(settings)
        )
    }

    func run() async throws {
        guard let prepared else { throw Failure("the command was not prepared; please report this") }
        let (source, settings) = (options.source, prepared.settings)
        guard !printConfig else {
            settings.logWarnings()
            try StandardStream.output.write(try settings.yaml())
            return
        }
        // Before anything is loaded or logged: from here on a signal means a last export.
        let signals = options.configuration.once ? nil : await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let manager = options.configuration.once ? nil : ServiceManager.ofThisProcess()
        let agent = try await Agent(source, settings: settings, prepared.abilities, manager: manager)
        if let signals {
            await agent.serve(until: signals)
        } else {
            try await agent.runOnce()
        }
    }
}

/// What `run` begins with, besides its options.
private struct Prepared: Sendable {
    var settings: RunSettings
    var abilities: Abilities
}

extension RunCommand {
    /// What is parsed from the command line.
    private enum CodingKeys: String, CodingKey {
        case options, printConfig
    }
}
