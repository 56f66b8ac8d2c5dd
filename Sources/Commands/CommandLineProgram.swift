import ArgumentParser
import CommandSupport
import Glibc
import System

/// The program: runs the command in its arguments.
package enum CommandLineProgram {
    /// Runs a command, and ends with status 0 (done), 1 (failed), 2 (wrong usage or configuration) or 3 (`explain`
    /// found something).
    package static func main() async {
        // Swift reads the arguments from /proc/self/cmdline; without it there seem to be no arguments.
        guard CommandLine.argc > 0 else {
            complain("there is no /proc here, which the kernel's facts are read from; mount it")
            Glibc.exit(Failure.failed)
        }
        let status = await main(Array(CommandLine.arguments.dropFirst()))
        Glibc.exit(status)
    }

    /// Runs the command of `arguments` and gives the exit status.
    private static func main(_ arguments: [String]) async -> CInt {
        do {
            var command = try RootCommand.parseAsRoot(arguments)
            if var confined = command as? any ConfinedCommand {
                try confined.confine()
                command = confined
            }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch let failure as Failure {
            complain(failure.message)
            return failure.status
        } catch let failure as StandardStream.Failure {
            complain("\(failure)")
            return Failure.failed
        } catch {
            return report(error, of: arguments)
        }
    }

    /// Prints ArgumentParser's message: help on standard output, an error as one line on standard error.
    private static func report(_ error: any Error, of arguments: [String]) -> CInt {
        let code = RootCommand.exitCode(for: error)
        guard code != .success else {
            do throws(StandardStream.Failure) {
                try StandardStream.output.write(RootCommand.fullMessage(for: error).droppingLineBreaksAtEnd() + "\n")
                return 0
            } catch {
                complain("\(error)")
                return Failure.failed
            }
        }
        // One line, even if an argument has line breaks.
        let text = RootCommand.message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
        let isCommand = RootCommand.configuration.subcommands.contains {
            $0.configuration.commandName == arguments.first
        }
        let help = (["tcplens"] + arguments.prefix(isCommand ? 1 : 0) + ["--help"]).joined(separator: " ")
        complain("\(text); see '\(help)'")
        return code == .validationFailure ? Failure.usage : Failure.failed
    }
}

extension String {
    /// The text without the line breaks at its end.
    fileprivate func droppingLineBreaksAtEnd() -> String {
        String(self[..<(lastIndex { !$0.isNewline }.map(index(after:)) ?? startIndex)])
    }
}
