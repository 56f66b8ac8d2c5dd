internal import Metrics
internal import Readings

/// Which workload each row of the kernel belongs to, and when a row or a workload has ended.
///
/// The kernel counts by cgroups, each of which has a row. A workload may have several cgroups, one after the other or
/// at the same time. What the rows of ended cgroups had counted stays with the workload until that ends, too.
struct RowLedger<Identity: Hashable & Sendable>: Sendable {
    /// A cgroup with its row, and what is known of it now.
    struct Assignment: Sendable {
        /// The ID of the cgroup.
        var cgroup: UInt64
        /// Its row.
        var row: UInt32
        /// What it is; nil for the host.
        var identity: Identity?
        /// Whether the cgroup still exists.
        var exists: Bool
        /// Whether the pass has found sockets of it.
        var hasSockets: Bool
    }

    /// A workload.
    struct Entry: Sendable {
        /// Its number.
        var id: Workload.ID
        /// What it is; nil for the host and the overflow.
        var identity: Identity?
        /// When its counters began.
        var start: Timestamp
        /// The rows that are counted for it.
        var rows: Set<UInt32> = []
        /// What the rows of ended cgroups had counted; nil if there were none.
        var retired: [UInt64]?
        /// Whether it ends with this reading.
        var hasEnded = false
    }

    private struct Row: Sendable {
        var cgroup: UInt64
        var workload: Workload.ID
        /// In how many readings in a row the cgroup did not exist and had no sockets.
        var idle = 0
    }

    /// A row is only free when no connection remembers it any more.
    ///
    /// The pass forgets connections that it has not met twice in a row, so a second reading without sockets is enough.
    private static var idleReadings: Int { 2 }

    /// The most workloads.
    private let limit: Int
    private var rows: [UInt32: Row] = [:]
    private var entries: [Workload.ID: Entry]
    private var ids: [Identity: Workload.ID] = [:]
    private var nextID: UInt64 = 1
    private var lastTime: Timestamp
    private var isOverflowing = false

    /// Creates a ledger without cgroups.
    ///
    /// - Parameters:
    ///   - limit: The most workloads that are distinguished.
    ///   - start: When the counters began.
    ///   - hostRow: The row of the root cgroup, and of everything unknown.
    ///   - overflowRow: The row of the cgroups for which the kernel had no row.
    init(limit: Int, start: Timestamp, hostRow: UInt32, overflowRow: UInt32) {
        self.limit = limit
        lastTime = start
        entries = [
            .host: Entry(id: .host, start: start, rows: [hostRow]),
            .overflow: Entry(id: .overflow, start: start, rows: [overflowRow]),
        ]
    }

    /// Takes in what a pass has found.
    ///
    /// - Parameters:
    ///   - assignments: All cgroups that have a row.
    ///   - time: The time of the reading.
    /// - Returns: The rows of ended cgroups. No cgroup may have them any more when their counters are read for the last
    ///   time, and they may be given to others after the next reading has begun. Until then ``retire(_:_:)`` takes what
    ///   they counted.
    mutating func note(_ assignments: [Assignment], at time: Timestamp) -> [(cgroup: UInt64, row: UInt32)] {
        for (id, entry) in entries where entry.hasEnded {
            entries[id] = nil
            if let identity = entry.identity { ids[identity] = nil }
        }
        var ended: [(cgroup: UInt64, row: UInt32)] = []
        for assignment in assignments {
            if rows[assignment.row] == nil { add(assignment) }
            let isIdle = !assignment.exists && !assignment.hasSockets
            let idle = isIdle ? (rows[assignment.row]?.idle ?? 0) + 1 : 0
            rows[assignment.row]?.idle = idle
            if idle >= Self.idleReadings { ended.append((assignment.cgroup, assignment.row)) }
        }
        let ending = Set(ended.map(\.row))
        for (id, entry) in entries where id != .host && id != .overflow {
            entries[id]?.hasEnded = entry.rows.isSubset(of: ending)
        }
        lastTime = time
        return ended
    }

    /// Moves what the row of an ended cgroup has counted to its workload.
    mutating func retire(_ row: UInt32, _ counters: [UInt64]) {
        guard let id = rows.removeValue(forKey: row)?.workload, var entry = entries[id] else { return }
        entry.rows.remove(row)
        var sums = entry.retired ?? [UInt64](repeating: 0, count: counters.count)
        for place in sums.indices.prefix(counters.count) { sums[place] &+= counters[place] }
        entry.retired = sums
        entries[id] = entry
    }

    /// The workloads: the host, the overflow if there is any, and the others in the order of their numbers.
    var workloads: [Entry] {
        entries.values.filter { $0.id != .overflow || isOverflowing }.sorted { $0.order < $1.order }
    }

    /// Records that the kernel had no row for a cgroup.
    mutating func noteOverflow() {
        isOverflowing = true
    }

    /// The workload of a row.
    func workload(of row: UInt32) -> Workload.ID? {
        rows[row]?.workload ?? entries.values.first { $0.rows.contains(row) }?.id
    }

    private mutating func add(_ assignment: Assignment) {
        let id = workload(of: assignment.identity)
        rows[assignment.row] = Row(cgroup: assignment.cgroup, workload: id)
        entries[id]?.rows.insert(assignment.row)
    }

    /// The workload with an identity, which is added if there is room.
    private mutating func workload(of identity: Identity?) -> Workload.ID {
        guard let identity else { return .host }
        if let id = ids[identity] { return id }
        guard ids.count < limit else {
            isOverflowing = true
            return .overflow
        }
        let id = Workload.ID.workload(nextID)
        nextID += 1
        ids[identity] = id
        // Its first event came after the last reading.
        entries[id] = Entry(id: id, identity: identity, start: lastTime)
        return id
    }
}

extension RowLedger.Entry {
    /// The host first, then the overflow, then by number.
    fileprivate var order: UInt64 {
        switch id {
        case .host: 0
        case .overflow: 1
        case .workload(let number): number &+ 1
        }
    }
}
