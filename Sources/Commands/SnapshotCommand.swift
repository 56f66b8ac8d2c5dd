import ArgumentParser
internal import FoundationEssentials
internal import Metrics
internal import Probes
internal import Resource
internal import SnapshotView
internal import System

/// `tcplens snapshot`: connections by state, now.
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Show how many connections stand in each state, now.",
        usage: "tcplens snapshot [<options>]",
        discussion: """
            The connections are those of the network namespace that the command runs in,
            or of all of them with --scope node.

              sudo tcplens snapshot
              sudo tcplens snapshot --by port,container,listener
              sudo tcplens snapshot --scope node --by namespace,container
              sudo tcplens snapshot --by port --format csv > ports.csv
            """
    )

    @Option(
        help: ArgumentHelp(
            "Group by port, peer-port, container, namespace or listener; one or more of them.",
            valueName: "list"
        ),
        completion: .list(SnapshotGrouping.allCases.map(\.rawValue)),
        transform: SnapshotGroupings.init
    )
    var by: [SnapshotGroupings] = []

    @Option(
        help: ArgumentHelp(
            "Print as table or json, or as csv if there is only one --by.",
            valueName: "format"
        )
    )
    var format = SnapshotFormat.table

    @Option(
        help: ArgumentHelp(
            "Show the n largest groups of each --by (default: all that fit the screen).",
            valueName: "n"
        )
    )
    var top: Int?

    @Flag(help: "Show states without connections, too.")
    var all = false

    @OptionGroup var scope: ScopeOption

    func validate() throws {
        guard top.map({ $0 > 0 }) ?? true else { throw ValidationError("--top must be more than 0") }
        guard top == nil || !by.isEmpty else {
            throw ValidationError("--top is about groups of connections, so it needs --by")
        }
        guard format != .csv || by.distinct.count <= 1 else {
            throw ValidationError("csv has one kind of line: give one --by at a time, or use --format json")
        }
    }

    func run() throws {
        let request = SnapshotRequest(
            scope: scope.scope ?? .own,
            groupings: by.distinct,
            format: format,
            top: top,
            all: all
        )
        try request.print(on: .current)
    }
}

extension SnapshotFormat: ExpressibleByArgument {}
