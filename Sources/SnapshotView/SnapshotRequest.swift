import CommandSupport
import FoundationEssentials
import Metrics
package import Probes
import Readings
import Rendering
package import Resource
import System

/// The arguments of `tcplens snapshot`.
package struct SnapshotRequest {
    private let scope: ObservationScope
    private let groupings: [SnapshotGrouping]
    private let format: SnapshotFormat
    private let top: Int?
    private let all: Bool

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - scope: Whose connections to show.
    ///   - groupings: What to show in addition to the states, without duplicates.
    ///   - format: How to print it.
    ///   - top: How many of the largest groups to show; nil for as many as fit.
    ///   - all: Whether to show states without connections.
    package init(
        scope: ObservationScope = .own,
        groupings: [SnapshotGrouping],
        format: SnapshotFormat,
        top: Int?,
        all: Bool
    ) {
        (self.scope, self.groupings, self.format, self.top, self.all) = (scope, groupings, format, top, all)
    }

    /// Takes the snapshot and prints it to standard output.
    ///
    /// - Throws: ``Failure`` when the kernel can't be read, ``StandardStream/Failure`` when the text can't be written.
    package func print(on machine: Machine) throws {
        let snapshot: Snapshot
        do {
            snapshot = try Snapshot.take(scope, by: groupings)
        } catch {
            throw Failure("\(error)")
        }
        try StandardStream.output.write(try text(snapshot, machine))
    }

    private func text(_ snapshot: Snapshot, _ machine: Machine) throws -> String {
        switch format {
        case .table where snapshot.groupings.isEmpty:
            return SnapshotTable(snapshot.groups.all, all: all).text
        case .table:
            let style = OutputStyle(.output, environment: machine.environment)
            let lines = StandardStream.output.lines
            return SnapshotScreen(snapshot: snapshot, all: all, top: top, lines: lines).text(style)
        case .json:
            let host = AgentResource(of: machine).resource.attributes["host.name"]?.description ?? ""
            return try SnapshotReport(snapshot, all: all, top: top, time: Date(), host: host).json() + "\n"
        case .csv:
            return SnapshotCSV(snapshot: snapshot, all: all, top: top).text
        }
    }
}
