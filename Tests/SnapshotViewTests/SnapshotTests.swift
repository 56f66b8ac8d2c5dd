import FoundationEssentials
import Probes
import Readings
import Rendering
import Testing

@testable import SnapshotView

@Suite struct SnapshotTests {
    private let counts: ConnectionCounts = {
        var counts = ConnectionCounts()
        counts.add(212, to: .init(.established, .ipv4))
        counts.add(6, to: .init(.established, .ipv6))
        counts.add(53, to: .init(.timeWait, .ipv4))
        counts.add(4, to: .init(.closeWait, .ipv4))
        counts.add(9, to: .init(.listen, .ipv4))
        counts.add(2, to: .init(.listen, .ipv6))
        return counts
    }()

    @Test func `the table is what the manual shows`() {
        let expected = """
            STATE        IPV4  IPV6  TOTAL
            ESTABLISHED   212     6    218
            TIME_WAIT      53     0     53
            CLOSE_WAIT      4     0      4
            LISTEN          9     2     11
            TOTAL         278     8    286

            """
        #expect(SnapshotTable(counts, all: false).text == expected)
    }

    @Test func `all states are shown on demand`() {
        #expect(SnapshotTable(counts, all: true).text.split(separator: "\n").count == 12)
        #expect(Set(SnapshotTable.states) == Set(ConnectionState.counted))
    }

    @Test func `the report for programs has the names of the conventions`() throws {
        let report = SnapshotReport(
            Snapshot(groups: .init(all: counts)),
            all: false,
            time: Date(timeIntervalSince1970: 0),
            host: "edge-7"
        )
        let json = try report.json()
        #expect(report.total == 286)
        #expect(report.connections.count == 6)
        #expect(json.contains(#""time":"1970-01-01T00:00:00Z""#))
        #expect(json.contains(#"{"count":53,"state":"time_wait","type":"ipv4"}"#))
        #expect(json.contains(#""scope":"self""#))
        #expect(
            SnapshotReport(Snapshot(groups: .init(all: counts)), all: true, time: Date(), host: "").connections.count
                == 20
        )
    }
}
