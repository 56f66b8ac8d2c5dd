internal import BPF
internal import CProbes
internal import Readings

/// The rows of cgroups in the kernel: which cgroup has which, and what was counted in them.
final class FlowRows {
    /// What another process that adopts the rows must know of them.
    struct State: Codable, Sendable {
        /// Rows that were released and still count for a workload.
        var released = 0
        /// What each row had counted in another layout.
        var carried: [UInt32: SparseCounters] = [:]
    }

    private let agent: AgentObject
    private let rows: Map<UInt64, cgroup_row>
    private let free: Queue<UInt32>
    private let blocks: CounterBlocks
    /// Rows that no cgroup has any more, but programs that were running may still add to.
    private var leaving: [UInt32] = []
    /// How many rows cgroups have, and how many were taken from them that are not free yet.
    private var used = 0
    private var released = 0
    /// What was counted in rows by another build, whose layout is different.
    private var carried: [UInt32: [UInt64]] = [:]

    /// Why no rows were added, although there may be more; nil if nothing is wrong.
    private(set) var shortage: BPFError?

    /// So many rows are kept free, because cgroups take them between two readings.
    private static let reserve = 64

    /// Makes the first rows of a loaded object.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    ///
    /// - Parameters:
    ///   - agent: The object.
    ///   - state: What is known of rows that are adopted; nil if there are none.
    ///   - counted: The rows of workloads.
    init(_ agent: AgentObject, adopting state: State? = nil, counted: Set<UInt32> = []) throws(BPFError) {
        self.agent = agent
        rows = try agent.object.map("tcp_rows")
        free = try agent.object.queue("tcp_free_rows")
        blocks = try agent.object.counterBlocks(
            "tcp_flows",
            rowsPerBlock: Int(ROWS_PER_BLOCK),
            columnCount: Int(FLOW_COUNTERS),
            make: agent.makeBlock
        )
        if let state { try adopt(state, counted) }
        try grow()
    }

    /// What another process that adopts the rows must know of them.
    var state: State { State(released: released, carried: carried.mapValues(SparseCounters.init)) }

    /// Takes over the rows of an agent that has ended.
    ///
    /// It may have been killed between any two steps, so which rows are free is found out anew.
    private func adopt(_ state: State, _ counted: Set<UInt32>) throws(BPFError) {
        (released, carried) = (state.released, state.carried.mapValues(\.values))
        for _ in 0..<agent.pinnedBlockCount() where blocks.canGrow { _ = try blocks.grow() }
        while try free.removeFirst() != nil {}
        // A program may have taken a row and not given it to its cgroup yet.
        try Pin.waitForPrograms()
        let taken = Set(try assignments().map(\.row)).union(counted)
        for row in FIRST_ROW.rawValue..<min(UInt32(clamping: blocks.rowCount), agent.rowCount)
        where !taken.contains(row) {
            try clear(row)
            // Until the programs of this generation count, those before it may give the row to a cgroup.
            try agent.clearInPredecessor(row)
            try free.append(row)
        }
    }

    private func clear(_ row: UInt32) throws(BPFError) {
        carried[row] = nil
        try blocks.clear(row)
    }

    /// Adds what a row had counted in another layout.
    func carry(_ counters: [UInt64], of row: UInt32) {
        carried[row] = counters
    }

    /// The cgroups that have a row.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func assignments() throws(BPFError) -> [(cgroup: UInt64, row: UInt32)] {
        let assignments = try rows.entries().map { (cgroup: $0.key, row: $0.value.row) }
        used = assignments.count
        return assignments
    }

    /// Frees the rows that were released before, and makes new ones if few are free.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func replenish() throws(BPFError) {
        for row in leaving {
            try clear(row)
            try free.append(row)
        }
        leaving = []
        try grow()
    }

    /// Takes the row of an ended cgroup from it, so that no further socket gets it.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func release(_ cgroup: UInt64) throws(BPFError) {
        try rows.removeValue(of: cgroup)
        released += 1
    }

    /// Frees a row that was released and that no socket has any more, at the next ``replenish()``.
    func free(_ row: UInt32) {
        released = max(released - 1, 0)
        leaving.append(row)
    }

    /// Reads the counters of a row, and passes them to `body`.
    ///
    /// - Throws: ``BPFError`` when there is no such row or the kernel refuses.
    func read<Result>(_ row: UInt32, _ body: ([UInt64]) -> Result) throws(BPFError) -> Result {
        guard let carried = carried[row] else { return try blocks.read(row, body) }
        return try blocks.read(row) { counters in
            var sums = FlowCounters(counters)
            sums.add(carried)
            return body(sums.counters)
        }
    }

    /// Makes as many rows again as there are, if none is free.
    ///
    /// That sockets are in the overflow is not enough: those in TIME_WAIT stay there.
    ///
    /// - Returns: Whether there are more now; false if there are enough, or as many as there may be.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func makeRoom() throws(BPFError) -> Bool {
        let before = blocks.rowCount
        let taken = try assignments().count + released + leaving.count + Int(FIRST_ROW.rawValue)
        guard taken >= before else { return false }
        try grow(to: 2 * before)
        return blocks.rowCount > before
    }

    private func grow() throws(BPFError) {
        try grow(to: Int(FIRST_ROW.rawValue) + used + released + Self.reserve)
    }

    /// Adds rows until there are as many, or as many as there may be.
    private func grow(to count: Int) throws(BPFError) {
        while blocks.rowCount < count, blocks.canGrow {
            let rows: Range<UInt32>
            do throws(BPFError) {
                rows = try blocks.grow()
            } catch {
                // The first block has the host's row and that of the overflow, which takes what has no row.
                guard blocks.rowCount > 0 else { throw error }
                shortage = error
                return
            }
            // The last block may have more rows than the stocks.
            for row in rows where row >= FIRST_ROW.rawValue && row < agent.rowCount { try free.append(row) }
        }
    }
}

/// The counters of a row, or the sums of several: a `struct flow_counters` of the kernel.
struct FlowCounters {
    /// The counters one after the other.
    private(set) var counters: [UInt64]

    /// Creates sums from the counters of a row; zeros by default.
    init(_ counters: [UInt64] = []) {
        self.counters = [UInt64](repeating: 0, count: Int(FLOW_COUNTERS))
        add(counters)
    }

    /// Adds the counters of a row.
    mutating func add(_ more: [UInt64]) {
        for place in counters.indices.prefix(more.count) { counters[place] &+= more[place] }
    }

    /// The table of a counter.
    func table(_ counter: Counter) -> [UInt64] {
        switch counter {
        case .transitions: KernelLayout.transitions.table(part(FLOW_TRANSITIONS, FLOW_HANDSHAKES))
        case .handshakes: KernelLayout.handshakes.table(part(FLOW_HANDSHAKES, FLOW_IO))
        case .bytes: KernelLayout.bytes.table(part(FLOW_IO, FLOW_RETRANSMITS))
        case .retransmits: KernelLayout.retransmits.table(part(FLOW_RETRANSMITS, FLOW_RESETS))
        case .resets: KernelLayout.resets.table(part(FLOW_RESETS, FLOW_DURATIONS))
        }
    }

    /// The distributions that are not empty, as rows of a workload.
    func durations(of workload: WorkloadIndex) -> [DurationRow] {
        let size = Int(FLOW_HISTOGRAM)
        let histograms = stride(from: Int(FLOW_DURATIONS), to: counters.count, by: size).map {
            Array(counters[$0..<$0 + size])
        }
        var rows = [DurationRow](kernel: histograms)
        for place in rows.indices { rows[place].workload = workload }
        return rows
    }

    private func part(_ first: Int, _ end: Int) -> [UInt64] {
        Array(counters[first..<end])
    }
}
