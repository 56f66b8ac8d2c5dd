import Foundation
import Metrics
import Readings
import Testing

@testable import Probes

/// Which workload a row of the kernel belongs to.
@Suite struct RowLedgerTests {
    private typealias Ledger = RowLedger<String>

    private static let start = Timestamp(unixNanoseconds: 10)

    private func ledger(limit: Int = 10) -> Ledger {
        Ledger(limit: limit, start: Self.start, hostRow: 1, overflowRow: 2)
    }

    private func assignment(
        _ row: UInt32,
        _ identity: String?,
        exists: Bool = true,
        hasSockets: Bool = true
    ) -> Ledger.Assignment {
        Ledger.Assignment(
            cgroup: UInt64(row) + 1000,
            row: row,
            identity: identity,
            exists: exists,
            hasSockets: hasSockets
        )
    }

    private func time(_ number: Int64) -> Timestamp { Timestamp(unixNanoseconds: UInt64(number)) }

    @Test func `a workload begins when it was not there yet for the last time`() {
        var ledger = ledger()
        _ = ledger.note([assignment(3, "a")], at: time(20))
        _ = ledger.note([assignment(3, "a"), assignment(4, "b")], at: time(30))
        #expect(ledger.workloads.map(\.id) == [.host, .workload(1), .workload(2)])
        #expect(ledger.workloads.map(\.start.unixNanoseconds) == [10, 10, 20])
        #expect(ledger.workloads.map(\.identity) == [nil, "a", "b"])
    }

    @Test func `cgroups of one workload are counted together, and unknown ones for the host`() {
        var ledger = ledger()
        _ = ledger.note([assignment(3, "a"), assignment(4, "a"), assignment(5, nil)], at: time(20))
        #expect(ledger.workloads.map(\.rows) == [[1, 5], [3, 4]])
        #expect(ledger.workload(of: 5) == .host)
    }

    @Test func `a workload ends in the second reading without its cgroup and without sockets`() {
        var ledger = ledger()
        _ = ledger.note([assignment(3, "a")], at: time(20))
        // A container that was removed, whose connections still close.
        let closing = ledger.note([assignment(3, "a", exists: false)], at: time(30))
        #expect(closing.released.isEmpty && closing.ended.isEmpty)
        let first = ledger.note([assignment(3, "a", exists: false, hasSockets: false)], at: time(40))
        #expect(first.released.map(\.cgroup) == [1003] && first.ended.isEmpty)
        #expect(ledger.workloads.last?.hasEnded == false)
        let ended = ledger.note([], at: time(50)).ended
        #expect(ended.map(\.row) == [3] && ended.map(\.cgroup) == [1003])
        #expect(ledger.workloads.last?.hasEnded == true)
        ledger.retire(3, [1, 2])
        #expect(ledger.note([], at: time(60)).ended.isEmpty)
        #expect(ledger.workloads.map(\.id) == [.host])
    }

    /// A connection may get a row just before that is taken from its cgroup.
    @Test func `a row that a socket still has stays with its workload`() {
        var ledger = ledger()
        _ = ledger.note([assignment(3, "a")], at: time(20))
        _ = ledger.note([assignment(3, "a", exists: false, hasSockets: false)], at: time(30))
        #expect(ledger.note([], found: [3], at: time(40)).ended.isEmpty)
        #expect(ledger.workload(of: 3) == .workload(1))
        #expect(ledger.note([], at: time(50)).ended.isEmpty)
        #expect(ledger.note([], at: time(60)).ended.map(\.row) == [3])
    }

    @Test func `a cgroup that has no sockets keeps its row as long as it exists`() {
        var ledger = ledger()
        for number in 2...9 {
            let steps = ledger.note([assignment(3, "a", hasSockets: false)], at: time(Int64(number) * 10))
            #expect(steps.released.isEmpty && steps.ended.isEmpty)
        }
        #expect(ledger.workloads.count == 2)
    }

    @Test func `a workload with an old name begins again`() {
        var ledger = ledger()
        _ = ledger.note([assignment(3, "a")], at: time(20))
        _ = ledger.note([assignment(3, "a", exists: false, hasSockets: false)], at: time(30))
        _ = ledger.note([], at: time(40))
        ledger.retire(3, [7])
        _ = ledger.note([assignment(3, "a")], at: time(50))
        let entry = ledger.workloads.last
        #expect(entry?.id == .workload(2) && entry?.start == time(40) && entry?.retired == nil)
    }

    @Test func `what an ended cgroup had counted stays with its workload`() {
        var ledger = ledger()
        let gone = assignment(3, "a", exists: false, hasSockets: false)
        _ = ledger.note([assignment(3, "a"), assignment(4, "a"), assignment(5, nil)], at: time(20))
        _ = ledger.note([gone, assignment(4, "a"), assignment(5, nil)], at: time(30))
        let ended = ledger.note([assignment(4, "a"), assignment(5, nil)], at: time(40)).ended
        #expect(ended.map(\.row) == [3])
        ledger.retire(3, [1, .max])
        // The row belongs to another cgroup from now on.
        _ = ledger.note([assignment(3, "b"), assignment(4, "a"), assignment(5, nil)], at: time(50))
        #expect(ledger.workloads.map(\.rows) == [[1, 5], [4], [3]])
        #expect(ledger.workloads.map(\.retired) == [nil, [1, .max], nil])
        #expect(ledger.workloads.allSatisfy { !$0.hasEnded })
    }

    @Test func `the overflow has what is beyond the limit, and never ends`() {
        var ledger = ledger(limit: 1)
        _ = ledger.note([assignment(3, "a"), assignment(4, "b")], at: time(20))
        #expect(ledger.workloads.map(\.id) == [.host, .overflow, .workload(1)])
        #expect(ledger.workloads.map(\.rows) == [[1], [2, 4], [3]])
        let gone = assignment(4, "b", exists: false, hasSockets: false)
        _ = ledger.note([assignment(3, "a"), gone], at: time(30))
        #expect(ledger.note([assignment(3, "a")], at: time(40)).ended.map(\.row) == [4])
        ledger.retire(4, [5])
        _ = ledger.note([assignment(3, "a")], at: time(50))
        let overflow = ledger.workloads[1]
        #expect(overflow.id == .overflow && overflow.retired == [5] && !overflow.hasEnded && overflow.rows == [2])
    }

    @Test func `the overflow shows as soon as the kernel has no row left`() {
        var ledger = ledger()
        _ = ledger.note([], at: time(20))
        #expect(ledger.workloads.map(\.id) == [.host])
        ledger.noteOverflow()
        #expect(ledger.workloads.map(\.id) == [.host, .overflow])
    }
}

/// A ledger that another process goes on with.
extension RowLedgerTests {
    @Test func `a ledger that was saved goes on, and notices what has gone since`() throws {
        var first = ledger()
        _ = first.note([assignment(3, "a"), assignment(4, "b")], at: time(20))
        var second = try JSONDecoder().decode(Ledger.self, from: try JSONEncoder().encode(first))
        #expect(second.countedRows == [1, 2, 3, 4])
        // The first one took its row from b, and was killed before that was saved.
        second.resume(assigned: [3])
        var ended: [UInt32] = []
        for round in 3...6 {
            let steps = second.note([assignment(3, "a")], found: [3], at: time(Int64(round) * 10))
            ended += steps.ended.map(\.row)
            for (_, row) in steps.ended { second.retire(row, [5]) }
        }
        #expect(ended == [4])
        #expect(second.workloads.map(\.identity) == [nil, "a"])
        #expect(second.workloads.map(\.id) == [.host, .workload(1)])
    }
}
