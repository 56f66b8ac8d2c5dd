internal import Metrics
internal import Readings

/// Which workload each row of the kernel belongs to, and when a row or a workload has ended.
///
/// The kernel counts by cgroups, each of which has a row. A workload may have several cgroups, one after the other or
/// at the same time. What the rows of ended cgroups had counted stays with the workload until that ends, too.
struct RowLedger<Identity: Hashable & Sendable & Codable>: Sendable, Codable {
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
    struct Entry: Sendable, Codable {
        /// Its number.
        var id: Workload.ID
        /// What it is; nil for the host and the overflow.
        var identity: Identity?
        /// When its counters began.
        var start: Timestamp
        /// The rows that are counted for it.
        var rows: Set<UInt32> = []
        /// What the rows of ended cgroups had counted; nil if there were none.
        var retired: [UInt64]? {
            get { kept?.values }
            set { kept = newValue.map(SparseCounters.init) }
        }
        /// The same in the form in which it is saved.
        var kept: SparseCounters?
        /// Whether it ends with this reading.
        var hasEnded = false
    }

    private struct Row: Sendable, Codable {
        var cgroup: UInt64
        var workload: Workload.ID
        /// In how many readings in a row the cgroup did not exist and had no sockets.
        var idle = 0
        /// Whether the row was taken from the cgroup.
        ///
        /// It still belongs to the workload, until no socket has it.
        var isLeaving = false
    }

    /// How many idle readings in a row end a row.
    ///
    /// After the first one the row is taken from the cgroup, so that no further socket gets it. Whatever socket had
    /// just got it is met by the next pass. So after another one, no connection remembers the row.
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

    /// What is to be done with rows after a reading.
    struct Steps {
        /// The rows that are to be taken from their cgroups.
        var released: [(cgroup: UInt64, row: UInt32)] = []
        /// The rows that no socket has any more: ``RowLedger/retire(_:_:)`` takes what they counted, and then they are
        /// free.
        var ended: [(cgroup: UInt64, row: UInt32)] = []
    }

    /// Takes in what a pass has found.
    ///
    /// - Parameters:
    ///   - assignments: All cgroups that have a row.
    ///   - found: The rows in which the pass has found sockets.
    ///   - time: The time of the reading.
    /// - Returns: What is to be done with rows.
    mutating func note(_ assignments: [Assignment], found: Set<UInt32> = [], at time: Timestamp) -> Steps {
        for (id, entry) in entries where entry.hasEnded {
            entries[id] = nil
            if let identity = entry.identity { ids[identity] = nil }
        }
        var steps = Steps()
        let present = Set(assignments.map(\.row))
        for assignment in assignments {
            if rows[assignment.row]?.cgroup != assignment.cgroup { add(assignment) }
            rows[assignment.row]?.isLeaving = false
            let isIdle = !assignment.exists && !assignment.hasSockets
            guard age(assignment.row, isIdle: isIdle) > 0 else { continue }
            rows[assignment.row]?.isLeaving = true
            steps.released.append((assignment.cgroup, assignment.row))
        }
        for (number, row) in rows where row.isLeaving && !present.contains(number) {
            if age(number, isIdle: !found.contains(number)) >= Self.idleReadings {
                steps.ended.append((row.cgroup, number))
            }
        }
        steps.ended.sort { $0.row < $1.row }
        let ending = Set(steps.ended.map(\.row))
        for (id, entry) in entries where id != .host && id != .overflow {
            entries[id]?.hasEnded = entry.rows.isSubset(of: ending)
        }
        lastTime = time
        return steps
    }

    /// Counts the idle readings of a row.
    ///
    /// - Returns: How many there were in a row.
    private mutating func age(_ row: UInt32, isIdle: Bool) -> Int {
        let idle = isIdle ? (rows[row]?.idle ?? 0) + 1 : 0
        rows[row]?.idle = idle
        return idle
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

    /// The rows that are counted for workloads.
    var countedRows: Set<UInt32> { entries.values.reduce(into: []) { $0.formUnion($1.rows) } }

    /// Goes on with what another process has saved.
    ///
    /// - Parameter assigned: The rows that cgroups have. The others may have been taken from them since.
    mutating func resume(assigned: Set<UInt32>) {
        for row in rows.keys where !assigned.contains(row) { rows[row]?.isLeaving = true }
    }

    /// Changes the counters that are kept of ended cgroups.
    mutating func convert(_ conversion: ([UInt64]) -> [UInt64]) {
        for (id, entry) in entries { entries[id]?.retired = entry.retired.map(conversion) }
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
        // A row that was never retired, because of an error, has another cgroup now.
        if let former = rows[assignment.row]?.workload { entries[former]?.rows.remove(assignment.row) }
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
