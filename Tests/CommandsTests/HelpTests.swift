import ArgumentParser
import Testing

@testable import Commands

/// The help of each command, on the screen that every terminal has.
@Suite struct HelpTests {
    @Test(arguments: RootCommand.configuration.subcommands.map { $0 as any ParsableCommand.Type })
    func `help fits a screen and shows what people need most`(command: any ParsableCommand.Type) throws {
        let name = try #require(command.configuration.commandName)
        let help = RootCommand.helpMessage(for: command, columns: 80)
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false).reversed().drop { $0.isEmpty }
        #expect(lines.count <= 24, "\(help)")
        #expect(lines.allSatisfy { $0.count <= 80 })
        let invocations = help.split(separator: "\n").filter {
            $0.hasPrefix("  ") && $0.contains("tcplens \(name)") && !$0.contains("<")
        }
        #expect(invocations.count >= 3, "\(help)")
    }

    @Test func `the help of them all tells the exit statuses and fits a screen, too`() {
        let lines = RootCommand.helpMessage(columns: 80).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 24)
        #expect(lines.contains { $0.hasPrefix("Exit status: 0 done; 1 failed") })
    }
}
