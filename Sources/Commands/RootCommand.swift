import ArgumentParser
import Resource

/// `tcplens`: the command that contains all others.
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tcplens",
        abstract: "Watches every TCP connection of a Linux machine and exports OpenTelemetry metrics.",
        discussion: "Exit status: 0 done; 1 failed, and a line tells what to do; 2 wrong usage or configuration.",
        version: Program.version,
        subcommands: [
            RunCommand.self, SnapshotCommand.self, TraceCommand.self, TopCommand.self, SinkCommand.self,
            DoctorCommand.self, MetricsCommand.self, ExplainCommand.self, UnpinCommand.self,
        ]
    )
}
