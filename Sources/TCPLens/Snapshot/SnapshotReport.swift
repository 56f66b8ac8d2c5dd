import FoundationEssentials
import Probes

/// A snapshot for programs: the JSON of `tcplens snapshot --format json`.
struct SnapshotReport: Encodable, Equatable {
    /// The connections of one state and type.
    struct Row: Encodable, Equatable {
        /// The state by the conventions' name, as `fin_wait_1`.
        var state: String
        /// `ipv4` or `ipv6`.
        var type: String
        /// How many there are.
        var count: UInt64
    }

    /// When it was taken, by RFC 3339.
    var time: String
    /// Whose connections they are.
    var scope: String
    /// The name of the machine.
    var host: String
    /// The rows that have connections, or all.
    var connections: [Row]
    /// The number of all connections.
    var total: UInt64

    /// Creates a report of `counts`.
    init(_ counts: ConnectionCounts, all: Bool, time: Date, host: String) {
        self.time = time.formatted(.iso8601)
        scope = ObservationScope.own.rawValue
        self.host = host
        total = counts.total
        connections = SnapshotTable.states.flatMap { state in
            NetworkType.allCases.compactMap { type in
                guard all || counts[state, type] > 0 else { return nil }
                return Row(state: state.attributeValue, type: type.attributeValue, count: counts[state, type])
            }
        }
    }

    /// The report as JSON on one line.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
