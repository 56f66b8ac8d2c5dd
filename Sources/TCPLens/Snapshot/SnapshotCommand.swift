import ArgumentParser
import Export
import FoundationEssentials
import Metrics
import Probes
import Resource

/// `tcplens snapshot`: connections by state, now.
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Show how many connections stand in each state, now.",
        discussion: """
            The connections are those of the network namespace that the command runs in.

              sudo tcplens snapshot
              sudo tcplens snapshot --all
              sudo tcplens snapshot --format json | jq '.connections[] | select(.state == "time_wait")'
            """
    )

    @Option(help: "How to print it: table or json.")
    var format = SnapshotFormat.table

    @Flag(help: "Show the states without connections too.")
    var all = false

    @OptionGroup var scope: ScopeOption

    func run() throws {
        let counts: ConnectionCounts
        do {
            counts = try ConnectionCountProbe().count()
        } catch {
            throw Failure("\(error)")
        }
        switch format {
        case .table:
            try StandardStream.output.write(SnapshotTable(counts, all: all).text)
        case .json:
            let host = AgentResource(of: .current).resource.attributes["host.name"]?.description ?? ""
            let report = SnapshotReport(counts, all: all, time: Date(), host: host)
            try StandardStream.output.write(report.json() + "\n")
        }
    }
}

/// How a snapshot is printed.
enum SnapshotFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case table
    /// For programs.
    case json
}
