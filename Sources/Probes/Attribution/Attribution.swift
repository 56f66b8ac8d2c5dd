internal import ApplicationResources
internal import BPF
internal import CProbes
internal import Metrics
internal import Readings
internal import Workloads

/// Divides what the kernel has counted by workloads.
final class Attribution {
    /// What another process that adopts the counters must know of them.
    struct State: Codable, Sendable {
        var flows: FlowRows.State
        var ledger: RowLedger<WorkloadIdentity>
        var drops: PortSums<UInt64>
        var responses: PortSums<Distribution>
    }

    private let flows: FlowRows
    private var directory = WorkloadDirectory()
    private var ledger: RowLedger<WorkloadIdentity>
    private var applications: ApplicationResources
    /// What listeners have dropped, and how long services took to answer.
    var drops = PortSums<UInt64>()
    var responses = PortSums<Distribution>()
    private let say: @Sendable (String) -> Void
    private var hasSaidTruncated = false
    private var hasSaidShortage = false

    /// Makes the first rows of a loaded object.
    ///
    /// - Parameters:
    ///   - agent: The object.
    ///   - options: What is known of workloads.
    ///   - start: When the counters begin.
    ///   - state: What an agent before this one has saved; nil if there was none.
    ///   - say: Receives lines for the log.
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(
        _ agent: AgentObject,
        _ options: AttributionOptions,
        start: Timestamp,
        adopting state: State? = nil,
        say: @escaping @Sendable (String) -> Void
    ) throws(BPFError) {
        flows = try FlowRows(agent, adopting: state?.flows, counted: state?.ledger.countedRows ?? [])
        ledger =
            state?.ledger
            ?? RowLedger(
                limit: options.limit,
                start: start,
                hostRow: HOST_ROW.rawValue,
                overflowRow: OVERFLOW_ROW.rawValue
            )
        if let state {
            (drops, responses) = (state.drops, state.responses)
            ledger.resume(assigned: Set(try flows.assignments().map(\.row)))
        }
        applications = ApplicationResources(
            ApplicationResources.Settings(
                isOn: options.asksApplications,
                host: options.host,
                reserved: Set(options.agent.map { ServiceIdentity(of: $0) })
            ),
            reader: agent.processReader
        )
        self.say = say
    }

    /// What another process that adopts the counters must know of them.
    var state: State { State(flows: flows.state, ledger: ledger, drops: drops, responses: responses) }

    /// Takes over what another build has counted.
    ///
    /// Its programs must not count any more.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func takeOver(_ predecessor: Predecessor) throws(BPFError) {
        let rows = ledger.countedRows.union(try flows.assignments().map(\.row))
        let carried = flows.state.carried
        for row in rows.union([HOST_ROW.rawValue, OVERFLOW_ROW.rawValue]).sorted() {
            var sums = FlowCounters(predecessor.converted(saved: carried[row]?.values ?? []))
            sums.add(try predecessor.row(row))
            flows.carry(sums.counters, of: row)
        }
        ledger.convert { predecessor.converted(saved: $0) }
    }

    /// Reads the cgroups, and frees rows.
    ///
    /// To be called before the pass.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func prepare() throws(BPFError) {
        directory.refresh()
        if directory.isTruncated, !hasSaidTruncated {
            hasSaidTruncated = true
            say("there are more control groups than are read; the connections of the others count for the host")
        }
        try flows.replenish()
        if let shortage = flows.shortage, !hasSaidShortage {
            hasSaidShortage = true
            let why = shortage.log.isEmpty ? "" : ": \(shortage.log)"
            say("can't \(shortage)\(why); the connections of further control groups count for the overflow")
        }
    }

    /// Makes rows for cgroups that had none.
    ///
    /// They get them at the next event or pass.
    ///
    /// - Parameter rows: The rows in which a pass has found sockets.
    /// - Returns: Whether another pass finds fewer sockets in the overflow.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func makeRoom(rows: Set<UInt32>) throws(BPFError) -> Bool {
        guard rows.contains(OVERFLOW_ROW.rawValue) else { return false }
        return try flows.makeRoom()
    }

    /// The table of ``Counter/transitions`` of the whole machine.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func transitionTable() throws(BPFError) -> [UInt64] {
        var sums = FlowCounters()
        var rows: Set = [HOST_ROW.rawValue, OVERFLOW_ROW.rawValue]
        rows.formUnion(try flows.assignments().map(\.row))
        // Those that have ended are not part of the next reading.
        for entry in ledger.workloads where !entry.hasEnded {
            sums.add(entry.retired ?? [])
            rows.formUnion(entry.rows)
        }
        for row in rows { try flows.read(row) { sums.add($0) } }
        return sums.table(.transitions)
    }

    /// What a reading found, by workload.
    struct Parts {
        /// The workloads; the host is the first.
        var workloads: [Workload] = []
        /// The index of the workload of each row.
        var indexes: [WorkloadIndex: WorkloadIndex] = [:]
        /// The flows.
        var counters = Tables<Counter>()
        /// How long things took.
        var durations: [DurationRow] = []
    }

    /// Reads the flows, and finds out whose they are.
    ///
    /// To be called after the pass.
    ///
    /// - Parameters:
    ///   - rows: The rows in which the pass has found sockets.
    ///   - counters: The counters that programs count here.
    ///   - time: The time of the reading.
    /// - Returns: What was found.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func divide(rows: Set<UInt32>, counters: [Counter], at time: Timestamp) throws(BPFError) -> Parts {
        let cgroups = try flows.assignments()
        // Some may be younger than the list of cgroups. A row stays with the workload that it is first given to.
        if cgroups.contains(where: { ledger.workload(of: $0.row) == nil && directory.path(of: $0.cgroup) == nil }) {
            directory.refresh()
        }
        let assignments = cgroups.map { cgroup, row in assignment(cgroup, row, rows.contains(row)) }
        if try hasOverflow(rows) { ledger.noteOverflow() }
        let steps = ledger.note(assignments, found: rows, at: time)
        for (cgroup, _) in steps.released { try flows.release(cgroup) }
        let entries = ledger.workloads
        var parts = Parts()
        for (place, entry) in entries.enumerated() {
            let index = WorkloadIndex(rawValue: UInt16(clamping: place))
            var sums = FlowCounters()
            sums.add(entry.retired ?? [])
            for row in entry.rows {
                parts.indexes[WorkloadIndex(row: row)] = index
                try flows.read(row) { sums.add($0) }
            }
            for counter in counters { parts.counters[counter, index] = sums.table(counter) }
            parts.durations += sums.durations(of: index)
        }
        for (cgroup, row) in steps.ended {
            try flows.read(row) { ledger.retire(row, $0) }
            flows.free(row)
            directory.forget(cgroup)
        }
        parts.workloads = name(entries)
        return parts
    }

    private func assignment(_ cgroup: UInt64, _ row: UInt32, _ hasSockets: Bool)
        -> RowLedger<WorkloadIdentity>.Assignment
    {
        let identity = directory.identity(of: cgroup)
        return RowLedger.Assignment(
            cgroup: cgroup,
            row: row,
            identity: identity == .host ? nil : identity,
            exists: directory.exists(cgroup),
            hasSockets: hasSockets
        )
    }

    /// Whether the kernel has counted anything for cgroups without a row.
    private func hasOverflow(_ rows: Set<UInt32>) throws(BPFError) -> Bool {
        let row = OVERFLOW_ROW.rawValue
        if rows.contains(row) { return true }
        return try flows.read(row) { $0.contains { $0 > 0 } }
    }

    /// The workloads with their resources.
    private func name(_ entries: [RowLedger<WorkloadIdentity>.Entry]) -> [Workload] {
        let directory = directory
        let observed = entries.compactMap { entry -> ObservedWorkload? in
            guard case .workload(let id) = entry.id, let identity = entry.identity, let name = WorkloadName(identity)
            else { return nil }
            return ObservedWorkload(
                id: id,
                name: name,
                attributes: directory.attributes(of: identity),
                hasEnded: entry.hasEnded,
                processes: { directory.processes(of: identity) }
            )
        }
        let findings = applications.update(observed)
        for notice in findings.notices { say(notice) }
        return entries.map { entry in
            var attributes: Attributes = [:]
            if case .workload(let id) = entry.id { attributes = findings.resources[id]?.attributes ?? [:] }
            return Workload(entry.id, start: entry.start, attributes: attributes, hasEnded: entry.hasEnded)
        }
    }
}
