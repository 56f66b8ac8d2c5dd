internal import Metrics
internal import Readings

/// What has happened on a simulated host.
struct SimulatedCounters: Sendable {
    /// What the kernel would count for the network namespace.
    ///
    /// It began before the host was observed.
    private(set) var namespace = NamespaceCounters { _ in 1000 }
    private var tables: [Counter: [UInt64]]
    private var histograms: [Durations: [Histogram]]
    private var losses = Losses()
    private var runs: UInt64 = 0

    init() {
        tables = Dictionary(
            uniqueKeysWithValues: Counter.allCases.map { ($0, [UInt64](repeating: 0, count: $0.rowCount)) }
        )
        histograms = Dictionary(
            uniqueKeysWithValues: Durations.allCases.map {
                ($0, [Histogram](repeating: Histogram(), count: $0.rowCount))
            }
        )
    }

    /// The tables of the host.
    var counters: Tables<Counter> {
        var counters = Tables<Counter>()
        for (id, values) in tables { counters[id, .host] = values }
        return counters
    }

    /// The distributions that are not empty.
    var durations: [DurationRow] {
        Durations.allCases.flatMap { id in
            (histograms[id] ?? []).enumerated().map { DurationRow(id, row: $0, value: $1.distribution) }
                .filter { $0.value.count > 0 }
        }
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
    mutating func transition(_ previous: ConnectionState, _ state: ConnectionState, _ type: NetworkType) {
        runs &+= 1
        add(.transitions, type, previous, state)
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
        add(.handshakes, connection.role, connection.type, outcome)
        if let time { record(time, .handshakes, connection.role, connection.type) }
    }

    /// Counts the time in a state that a connection leaves.
    mutating func left(_ connection: SimulatedConnection, after time: UInt64) {
        record(time, .states, connection.state)
    }

    /// Counts a reset that ends a connection.
    mutating func reset(_ connection: SimulatedConnection, _ generator: inout Generator) {
        let direction: IODirection = generator.chance(0.5) ? .transmit : .receive
        add(.resets, direction, connection.type)
        if direction == .transmit { count(.abortsOnData) }
    }

    /// Records the life of a connection that has ended.
    mutating func end(
        _ connection: SimulatedConnection,
        after life: UInt64,
        isLossy: Bool,
        _ generator: inout Generator
    ) {
        record(life, .connections, connection.role, connection.type)
        record(generator.duration(medianSeconds: isLossy ? 0.2 : 0.002), .roundTrips, connection.type)
        for direction in IODirection.allCases {
            add(.bytes, direction, connection.role, by: UInt64.random(in: 100...100_000, using: &generator))
        }
        count(.segmentsSent, by: UInt64.random(in: 3...100, using: &generator))
        count(.segmentsReceived, by: UInt64.random(in: 3...100, using: &generator))
        while generator.chance(isLossy ? 0.5 : 0.01) {
            add(.retransmits, RetransmitType.allCases.randomElement(using: &generator) ?? .other, connection.type)
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

    private mutating func add(_ id: Counter, _ values: any Coordinate..., by number: UInt64 = 1) {
        tables[id]?[id.row(of: values)].add(number)
    }

    private mutating func record(_ time: UInt64, _ id: Durations, _ values: any Coordinate...) {
        histograms[id]?[id.row(of: values)].add(nanoseconds: time)
    }
}
