import ArgumentParser
import Export
import Glibc
import Resource

/// The program: what a command line starts.
@main
struct TCPLens: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tcplens",
        abstract: "Watches every TCP connection of a Linux machine and exports OpenTelemetry metrics.",
        version: Program.version,
        subcommands: [RunCommand.self, SnapshotCommand.self, SinkCommand.self]
    )

    /// Runs a command, and ends with status 0 (done), 1 (failed) or 2 (wrong usage or configuration).
    static func main() async {
        let status = await main(Array(CommandLine.arguments.dropFirst()))
        Glibc.exit(status)
    }

    /// Runs the command of `arguments` and gives the exit status.
    private static func main(_ arguments: [String]) async -> CInt {
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch let failure as Failure {
            StandardStream.error.write("tcplens: \(failure.message)\n")
            return failure.status
        } catch {
            return report(error)
        }
    }

    /// Prints what ArgumentParser says: help on standard output, a complaint as one line on standard error.
    private static func report(_ error: any Error) -> CInt {
        let code = exitCode(for: error)
        guard code != .success else {
            print(fullMessage(for: error))
            return 0
        }
        StandardStream.error.write("tcplens: \(message(for: error)); see 'tcplens --help'\n")
        return code == .validationFailure ? Failure.usage : Failure.failed
    }
}
