internal import BPF
package import Metrics
internal import Readings

/// All TCP probes: they count stocks and flows.
package final class TCPProbes {
    /// What to observe.
    package struct Options: Equatable, Sendable {
        /// Which connections to observe.
        package var scope: ObservationScope
        /// What to split the counts of connections by.
        package var ports: Set<PortAttribute>
        /// The most series of a metric.
        package var cardinalityLimit: Int
        /// The interval of observations of a connection's round-trip time, in whole seconds.
        ///
        /// There is one observation for each interval in which the connection carried data.
        package var rttPeriod: Duration
        /// Whether to measure how long services take to answer.
        ///
        /// That costs time on every send and receive of the machine.
        package var responseTime: Bool
        /// How sockets are divided by workloads; nil if they all count for the host.
        package var attribution: AttributionOptions?
        /// How many connections can be followed at a time; nil for what fits in the memory of the machine.
        package var connectionLimit: Int?
        /// Whether the counters begin at zero, even if there are pinned ones.
        package var startsAnew = false

        /// Creates options.
        package init(
            scope: ObservationScope = .own,
            ports: Set<PortAttribute> = [],
            cardinalityLimit: Int = CardinalityLimit<Int>.standard,
            responseTime: Bool = false,
            rttPeriod: Duration = .seconds(60),
            attribution: AttributionOptions? = nil,
            connectionLimit: Int? = nil
        ) {
            self.connectionLimit = connectionLimit
            self.attribution = attribution
            self.scope = scope
            self.ports = ports
            self.cardinalityLimit = cardinalityLimit
            self.responseTime = responseTime
            self.rttPeriod = rttPeriod
        }

        /// What the object must be for this.
        fileprivate func objectOptions() throws(ProbeError) -> AgentObjectOptions {
            do throws(BPFError) {
                return AgentObjectOptions(
                    namespace: try scope.namespace(),
                    ports: ports,
                    rttPeriod: rttPeriod,
                    responseTime: responseTime,
                    workloads: attribution?.limit,
                    connectionLimit: connectionLimit,
                    startsAnew: startsAnew
                )
            } catch {
                throw ProbeError(error)
            }
        }
    }

    /// The programs that run.
    package let programs: [String]
    /// What can't be measured on this kernel.
    package private(set) var limitations: [Limitation]

    let epoch: Epoch
    let count: ConnectionCountProbe
    let connections: ConnectionProbe
    let counters: [CounterProbe]
    let responseTime: ResponseTimeProbe?
    let agent: AgentObject
    let attribution: Attribution?
    /// Where what is added to the counters is saved; nil if programs end with this process.
    let memory: PinnedMemory?
    /// What was saved of the counters that these probes go on with.
    let continued: PinnedMemory.Content?
    /// What programs of earlier generations have counted.
    var carried = Carried()
    private let scope: ObservationScope
    private let say: @Sendable (String) -> Void
    private var hasSaidTrouble = false

    /// Loads and attaches the programs.
    ///
    /// - Parameters:
    ///   - options: What to observe.
    ///   - start: When counting begins.
    ///   - loader: Loads them.
    ///   - loaded: Called step by step with the programs that the kernel has loaded, even if it refuses others later.
    ///   - say: Receives lines for the log: what is found out while the probes are read, each once.
    /// - Throws: ``ProbeError`` when the kernel refuses something that every kernel from 5.10 on can do, or all
    ///   namespaces were asked for and this kernel does not let programs see them.
    package convenience init(
        _ options: Options,
        start: Timestamp,
        by loader: any AgentLoader = OwnLoader(),
        loaded: ([LoadedProgram]) -> Void = { _ in },
        say: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(ProbeError) {
        let prepared = try Self.prepare(try options.objectOptions(), by: loader, say)
        do throws(BPFError) {
            try self.init(prepared, options, start: start, say: say, loaded: loaded)
        } catch {
            throw ProbeError(error)
        }
    }

    private init(
        _ prepared: Prepared,
        _ options: Options,
        start: Timestamp,
        say: @escaping @Sendable (String) -> Void,
        loaded: ([LoadedProgram]) -> Void
    ) throws(BPFError) {
        let (agent, content) = (prepared.agent, prepared.content)
        let chosen = agent.programs
        let epoch = content?.probes.epoch ?? Epoch(start: start, namespaceCounters: .current())
        memory = agent.pinned == nil ? nil : try PinnedMemory(agent.object)
        continued = content
        carried = content?.probes.carried ?? Carried()
        // Before the first program runs, because it may need a row.
        if chosen.follows, let options = options.attribution {
            attribution = try Attribution(
                agent,
                options,
                start: epoch.start,
                adopting: content?.probes.attribution,
                say: say
            )
        } else {
            attribution = nil
        }
        connections = try ConnectionProbe(agent)
        loaded(LoadedProgram.list([chosen.transitions], of: agent.object))
        count = try ConnectionCountProbe(agent)
        loaded(LoadedProgram.list(chosen.pass + (chosen.walk.map { [$0] } ?? []), of: agent.object))
        var counters: [CounterProbe] = []
        for (plan, programs) in chosen.counters {
            counters.append(try CounterProbe(plan, programs, of: agent))
            loaded(LoadedProgram.list(programs, of: agent.object))
        }
        self.counters = counters
        responseTime = chosen.responseTime.isEmpty ? nil : try ResponseTimeProbe(agent)
        loaded(LoadedProgram.list(chosen.responseTime, of: agent.object))
        self.epoch = epoch
        limitations = chosen.limitations + [agent.attributionLimit].compactMap(\.self)
        programs = chosen.all
        scope = options.scope
        self.agent = agent
        self.say = say
        let former = try startGeneration(prepared)
        do throws(BPFError) {
            try startWalking()
            try makeRoom()
        } catch {
            giveUpGeneration(for: former)
            throw error
        }
        // From here on nothing can fail, so what is older is not needed any more.
        if let pinned = agent.pinned { try agent.removeGenerations(but: pinned.generation) }
    }

    /// Makes rows for all cgroups whose sockets are older than the programs.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    private func makeRoom() throws(BPFError) {
        guard let attribution else { return }
        while try attribution.makeRoom(rows: count.pass().rows) {}
    }

    /// Follows the sockets of this namespace, and checks whether later passes can walk over the kernel's tables.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses, or all namespaces were asked for and can't be counted.
    private func startWalking() throws(BPFError) {
        let check = try WalkCheck(count) { () throws(BPFError) -> [UInt64] in try self.transitionTable() }
        guard let reason = check.whyOneNamespace(readsMemory: agent.readsMemory) else { return }
        count.giveUpWalk()
        limitations += check.limitation(agent.programs, readsMemory: agent.readsMemory).map { [$0] } ?? []
        guard scope == .node else { return }
        throw .oneNamespace(agent.programs.walk == nil ? agent.features.whyOneNamespace() ?? reason : reason)
    }

    /// Whether sockets are counted without locks, by a walk over the kernel's tables.
    package var walks: Bool { count.walk != nil }

    /// The table of ``Counter/transitions``, of all workloads.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func transitionTable() throws(BPFError) -> [UInt64] {
        if let attribution { return try attribution.transitionTable() }
        return carried.add(toTransitions: try connections.transitionTable())
    }

    /// Says once what is wrong with the passes, and makes them by the iterator if that can be.
    func noteTrouble() {
        guard let trouble = count.lastWalk.trouble, !hasSaidTrouble else { return }
        hasSaidTrouble = true
        let problem = "counting sockets without locks went wrong: \(trouble.description)"
        if scope == .own {
            count.giveUpWalk()
            say("\(problem); they are counted by the kernel's iterator from now on, which takes longer")
        } else {
            say("\(problem); connections may be missing from the counts")
        }
    }
}
