internal import HeapModule
internal import Metrics
internal import Readings

/// The sockets of a simulated host, and the events that are planned for them.
struct World: Sendable {
    /// A planned event.
    ///
    /// Events for the same time happen in the order in which they were planned.
    private struct Event: Comparable {
        var due: UInt64
        var order: UInt64
        /// The connection; nil if a new one begins.
        var connection: UInt64?
        var step: Step?

        static func < (one: Self, other: Self) -> Bool { (one.due, one.order) < (other.due, other.order) }
        static func == (one: Self, other: Self) -> Bool { one.order == other.order }
    }

    /// A listener.
    struct Service: Sendable {
        var port: UInt16
        var type: NetworkType
        /// Connections that wait to be accepted.
        var waiting: UInt64 = 0
        /// What it has dropped since it was created.
        var drops: UInt64 = 0
        var responses = Histogram()

        /// Whether it is the listener of `connection`.
        func has(_ connection: SimulatedConnection) -> Bool {
            (port, type) == (connection.port, connection.type)
        }
    }

    static let acceptLimit: UInt64 = 8
    private static let timeWait: UInt64 = 60_000_000_000
    private static let restartInterval: UInt64 = 5_000_000_000

    let options: SimulatedHost.Options
    var faults: Set<Fault>
    private(set) var now: UInt64 = 0
    private(set) var connections: [UInt64: SimulatedConnection] = [:]
    private(set) var services: [Service]
    private(set) var containers: SimulatedContainers
    var counters: SimulatedCounters
    private var generator: Generator
    private var events = Heap<Event>()
    private var planned: UInt64 = 0
    private var restarted: UInt64 = 0

    init(_ options: SimulatedHost.Options, faults: Set<Fault>) {
        (self.options, self.faults) = (options, faults)
        generator = Generator(seed: options.seed)
        counters = SimulatedCounters()
        services = [443, 8080].flatMap { port in NetworkType.allCases.map { Service(port: port, type: $0) } }
        containers = SimulatedContainers(options, &generator)
        plan(nil, nil, at: generator.wait(meanSeconds: 1 / options.rate))
    }

    /// Forgets the containers that have ended, and of which nothing is left.
    mutating func forgetEnded() {
        let gone = containers.ended.filter { hasEnded($0) }
        containers.forget { container in gone.contains { $0.number == container.number } }
        for container in gone { counters.forget(container.owner) }
    }

    /// Whether nothing more will be counted for a container.
    func hasEnded(_ container: SimulatedContainer) -> Bool {
        container.death <= now && !connections.values.contains { $0.owner == container.owner }
    }

    /// Runs all events up to `time`, in nanoseconds since the start.
    mutating func live(until time: UInt64) {
        acceptWaiting()
        while let event = events.min, event.due <= time {
            events.removeMin()
            now = event.due
            restartServices()
            replaceContainers()
            if let id = event.connection, let step = event.step {
                apply(step, to: id)
            } else {
                begin()
                plan(nil, nil, at: now &+ generator.wait(meanSeconds: 1 / options.rate))
            }
        }
        now = max(now, time)
    }

    private mutating func plan(_ connection: UInt64?, _ step: Step?, at due: UInt64) {
        events.insert(Event(due: due, order: planned, connection: connection, step: step))
        planned &+= 1
    }

    private mutating func acceptWaiting() {
        guard !faults.contains(.fullAcceptQueue) else { return }
        for index in services.indices { services[index].waiting = 0 }
    }

    private mutating func restartServices() {
        guard faults.contains(.restarts), now &- restarted >= Self.restartInterval else { return }
        restarted = now
        for index in services.indices {
            let owner = containers.owner(ofService: index)
            counters.transition(.listen, .closed, services[index].type, of: owner)
            counters.transition(.closed, .listen, services[index].type, of: owner)
            (services[index].drops, services[index].waiting) = (0, 0)
        }
    }

    /// Ends containers, and begins others in their place; each has a new listener.
    private mutating func replaceContainers() {
        for (old, new) in containers.replace(now: now, &generator) where services.indices.contains(old.place) {
            let type = services[old.place].type
            counters.transition(.listen, .closed, type, of: old.owner)
            counters.transition(.closed, .listen, type, of: new.owner)
            services[old.place] = Service(port: services[old.place].port, type: type)
        }
    }
}

extension World {
    /// Begins a connection, and plans its events.
    private mutating func begin() {
        let role = HandshakeRole.allCases.randomElement(using: &generator) ?? .client
        let index = Int.random(in: services.indices, using: &generator)
        let service = services[index]
        counters.sendSegment()
        if role == .server, faults.contains(.fullAcceptQueue) {
            guard service.waiting <= Self.acceptLimit else {
                services[index].drops.add(1)
                counters.overflow()
                return
            }
            services[index].waiting.add(1)
        }
        let id = planned
        let state: ConnectionState = role == .client ? .synSent : .synReceived
        connections[id] = SimulatedConnection(
            role: role,
            owner: role == .server ? containers.owner(ofService: index) : containers.randomOwner(&generator),
            type: service.type,
            port: service.port,
            state: state,
            since: now,
            opened: now
        )
        // A request socket enters SYN_RECV without an event.
        if role == .client, let connection = connections[id] { transition(.closed, .synSent, connection) }
        planLife(of: id, role)
    }

    private mutating func planLife(of id: UInt64, _ role: HandshakeRole) {
        let isLossy = faults.contains(.retransmitStorm)
        let roundTrip = isLossy ? 0.2 : 0.002
        var due = now &+ generator.duration(medianSeconds: roundTrip)
        if role == .client, generator.chance(faults.contains(.deadPeers) ? 0.7 : 0.01) {
            let failures = HandshakeOutcome.allCases.filter { $0 != .succeeded }
            return plan(id, .fail(failures.randomElement(using: &generator) ?? .other), at: due)
        }
        plan(id, .establish, at: due)
        let pilesUp = faults.contains(.timeWaitPileUp)
        due &+= generator.duration(medianSeconds: pilesUp ? 0.01 : options.life)
        let ending = pilesUp ? .active : SimulatedConnection.Ending.allCases.randomElement(using: &generator) ?? .active
        for step in ending.steps {
            if case .forget = step { due &+= Self.timeWait }
            plan(id, step, at: due)
            due &+= generator.duration(medianSeconds: roundTrip)
        }
    }

    private mutating func apply(_ step: Step, to id: UInt64) {
        guard var connection = connections[id] else { return }
        switch step {
        case .fail(let outcome):
            counters.handshake(connection, outcome)
            enter(.closed, &connection)
        case .establish:
            if connection.role == .server { transition(.listen, .synReceived, connection) }
            counters.handshake(connection, .succeeded, took: now &- connection.opened)
            enter(.established, &connection)
            connection.established = now
        case .enter(let state):
            if state == .closed, connection.state == .established { counters.reset(connection, &generator) }
            enter(state, &connection)
        case .wait:
            enter(.closed, &connection)
            connection.state = .timeWait
        case .forget:
            connections[id] = nil
            return
        }
        connections[id] = connection.state == .closed ? nil : connection
    }

    private mutating func enter(_ state: ConnectionState, _ connection: inout SimulatedConnection) {
        transition(connection.state, state, connection)
        counters.left(connection, after: now &- connection.since)
        if state == .closed, let established = connection.established {
            let isLossy = faults.contains(.retransmitStorm)
            counters.end(connection, after: now &- established, isLossy: isLossy, &generator)
            if options.measuresResponses, connection.role == .server { respond(connection) }
        }
        (connection.state, connection.since) = (state, now)
    }

    private mutating func transition(
        _ previous: ConnectionState,
        _ state: ConnectionState,
        _ connection: SimulatedConnection
    ) {
        if faults.contains(.lostEvents), generator.chance(0.05) {
            counters.lose(&generator)
        } else {
            counters.transition(previous, state, connection.type, of: connection.owner)
        }
    }

    private mutating func respond(_ connection: SimulatedConnection) {
        guard let index = services.firstIndex(where: { $0.has(connection) })
        else { return }
        services[index].responses.add(nanoseconds: generator.duration(medianSeconds: 0.005))
    }
}
