internal import Metrics
internal import Readings

/// What has happened on a simulated host.
struct SimulatedCounters: Sendable {
    /// What the kernel would count for the network namespace.
    ///
    /// It began before the host was observed.
    private(set) var namespace = NamespaceCounters { _ in 1000 }
    private var workloads: [Workload.ID: WorkloadCounters] = [.host: WorkloadCounters()]
    private var losses = Losses()
    private var runs: UInt64 = 0

    /// The tables of each of `workloads`, and the distributions that are not empty.
    func read(_ workloads: [Workload]) -> (counters: Tables<Counter>, durations: [DurationRow]) {
        var (counters, durations) = (Tables<Counter>(), [DurationRow]())
        for (place, workload) in workloads.enumerated() {
            let index = WorkloadIndex(rawValue: UInt16(clamping: place))
            let counted = self.workloads[workload.id] ?? WorkloadCounters()
            for (id, values) in counted.tables { counters[id, index] = values }
            durations += counted.durations(of: index)
        }
        return (counters, durations)
    }

    /// Forgets what was counted for a workload.
    mutating func forget(_ workload: Workload.ID) {
        workloads[workload] = nil
    }

    /// What counting would have cost.
    var upkeep: Upkeep {
        Upkeep(
            losses: losses,
            programs: [ProgramCost(name: "simulation", runs: runs, nanoseconds: runs &* 150)]
        )
    }
}

extension SimulatedCounters {
    /// Counts a change of state.
    mutating func transition(
        _ previous: ConnectionState,
        _ state: ConnectionState,
        _ type: NetworkType,
        of owner: Workload.ID
    ) {
        runs &+= 1
        add(.transitions, type, previous, state, of: owner)
    }

    /// Counts a change of state as lost.
    mutating func lose(_ generator: inout Generator) {
        losses.gaps &+= 1
        losses.recursions &+= generator.chance(0.5) ? 1 : 0
        losses.mapFull &+= generator.chance(0.1) ? 1 : 0
        losses.allocation &+= generator.chance(0.1) ? 1 : 0
    }

    /// Counts a handshake that has ended.
    mutating func handshake(_ connection: SimulatedConnection, _ outcome: HandshakeOutcome, took time: UInt64? = nil) {
        add(.handshakes, connection.role, connection.type, outcome, of: connection.owner)
        if let time { record(time, .handshakes, connection.role, connection.type, of: connection.owner) }
    }

    /// Counts the time in a state that a connection leaves.
    mutating func left(_ connection: SimulatedConnection, after time: UInt64) {
        record(time, .states, connection.state, of: connection.owner)
    }

    /// Counts a reset that ends a connection.
    mutating func reset(_ connection: SimulatedConnection, _ generator: inout Generator) {
        let direction: IODirection = generator.chance(0.5) ? .transmit : .receive
        add(.resets, direction, connection.type, of: connection.owner)
        if direction == .transmit { count(.abortsOnData) }
    }

    /// Records the life of a connection that has ended.
    mutating func end(
        _ connection: SimulatedConnection,
        after life: UInt64,
        isLossy: Bool,
        _ generator: inout Generator
    ) {
        let owner = connection.owner
        record(life, .connections, connection.role, connection.type, of: owner)
        let roundTrip = generator.duration(medianSeconds: isLossy ? 0.2 : 0.002)
        record(roundTrip, .roundTrips, connection.type, of: owner)
        for direction in IODirection.allCases {
            let bytes = UInt64.random(in: 100...100_000, using: &generator)
            add(.bytes, direction, connection.role, of: owner, by: bytes)
        }
        count(.segmentsSent, by: UInt64.random(in: 3...100, using: &generator))
        count(.segmentsReceived, by: UInt64.random(in: 3...100, using: &generator))
        while generator.chance(isLossy ? 0.5 : 0.01) {
            let reason = RetransmitType.allCases.randomElement(using: &generator) ?? .other
            add(.retransmits, reason, connection.type, of: owner)
        }
    }

    /// Counts a segment that opens a connection.
    mutating func sendSegment() {
        count(.segmentsSent)
    }

    /// Counts a connection that a full accept queue rejected.
    mutating func overflow() {
        count(.listenOverflows)
        count(.syncookiesSent)
    }

    private mutating func count(_ counter: NamespaceCounter, by number: UInt64 = 1) {
        namespace[counter]?.add(number)
    }

    private mutating func add(_ id: Counter, _ values: any Coordinate..., of owner: Workload.ID, by number: UInt64 = 1)
    {
        workloads[owner, default: WorkloadCounters()].add(id, values, by: number)
    }

    private mutating func record(_ time: UInt64, _ id: Durations, _ values: any Coordinate..., of owner: Workload.ID) {
        workloads[owner, default: WorkloadCounters()].record(time, id, values)
    }
}
