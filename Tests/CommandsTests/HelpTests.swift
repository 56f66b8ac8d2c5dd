import ArgumentParser
import FoundationEssentials
import Testing

@testable import Commands

/// The help of each command, on a terminal of 80 columns.
@Suite struct HelpTests {
    private static let commands = RootCommand.configuration.subcommands.map { $0 as any ParsableCommand.Type }

    /// What ArgumentParser says of a command to programs; its `help` subcommand is not of interest.
    private struct Dump: Decodable {
        struct Command: Decodable {
            struct Argument: Decodable {
                var shouldDisplay: Bool
            }

            var arguments: [Argument]
        }

        var command: Command
    }

    /// The lines of the help, as wide as most terminals.
    private func lines(_ command: any ParsableCommand.Type) -> [Substring] {
        RootCommand.helpMessage(for: command, columns: 80).split(separator: "\n", omittingEmptySubsequences: false)
    }

    @Test(arguments: commands)
    func `help is as wide as a terminal and shows what people need most`(command: any ParsableCommand.Type) throws {
        let name = try #require(command.configuration.commandName)
        let lines = lines(command)
        #expect(lines.allSatisfy { $0.count <= 80 })
        let invocations = lines.filter { $0.hasPrefix("  ") && $0.contains("tcplens \(name)") && !$0.contains("<") }
        #expect(invocations.count >= 3, "\(lines)")
    }

    @Test(arguments: commands)
    func `no option is hidden, and each is told in two lines at most`(command: any ParsableCommand.Type) throws {
        let dump = try JSONDecoder().decode(Dump.self, from: Data(command._dumpHelp().utf8))
        #expect(dump.command.arguments.count > 2)
        let isShown = dump.command.arguments.map(\.shouldDisplay)
        #expect(!isShown.contains(false))
        let options = lines(command).drop { !$0.hasSuffix(":") }.filter { $0.hasPrefix("  ") }
        var lengths: [Int] = []
        for line in options {
            if line.hasPrefix("  -") || line.hasPrefix("  <") {
                lengths.append(1)
            } else {
                lengths[lengths.count - 1] += 1
            }
        }
        #expect(lengths.count > 2 && lengths.max() ?? 0 <= 2, "\(options)")
    }

    @Test func `options of run and doctor are grouped`() {
        for command in [RunCommand.self, DoctorCommand.self] as [any ParsableCommand.Type] {
            let titles = lines(command).filter { $0.hasSuffix(":") && !$0.hasPrefix(" ") }
            let expected = ["CONFIGURATION:", "WHAT TO OBSERVE:", "WHILE THE COLLECTOR IS AWAY:", "HEALTH AND LOG:"]
            #expect(expected.allSatisfy { titles.map { $0.uppercased() }.contains($0) }, "\(titles)")
        }
    }

    @Test func `the help of them all tells the exit statuses and fits a screen, too`() {
        let lines = RootCommand.helpMessage(columns: 80).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 24)
        #expect(lines.contains { $0.hasPrefix("Exit status: 0 done; 1 failed") })
    }
}
