internal import BPF
package import Metrics

/// All probes of TCP together: the whole catalogue of stocks and flows.
package final class TCPProbes {
    /// What to observe.
    package struct Options: Equatable, Sendable {
        /// Whose connections to observe.
        package var scope: ObservationScope
        /// What to split the counts of connections by.
        package var ports: Set<PortAttribute>
        /// The most series of a metric.
        package var cardinalityLimit: Int
        /// How long an observation of a connection's round-trip time stands for: there is one for each such span in which it
        /// carried data, in whole seconds.
        package var rttPeriod: Duration
        /// Whether to measure how long services take to answer, on every send and receive of the machine.
        package var responseTime: Bool

        /// Creates options.
        package init(
            scope: ObservationScope = .own,
            ports: Set<PortAttribute> = [],
            cardinalityLimit: Int = CardinalityLimit<Int>.standard,
            responseTime: Bool = false,
            rttPeriod: Duration = .seconds(60)
        ) {
            self.scope = scope
            self.ports = ports
            self.cardinalityLimit = cardinalityLimit
            self.responseTime = responseTime
            self.rttPeriod = rttPeriod
        }
    }

    /// The programs that run.
    package let programs: [String]
    /// What this kernel can't give, one line each: what is missing and what is lost by it.
    package let limitations: [Limitation]

    private let start: Timestamp
    let count: ConnectionCountProbe
    let connections: ConnectionProbe
    private let counters: [CounterProbe]
    private let responseTime: ResponseTimeProbe?
    private let netstat = NetstatProbe()
    private var losses: EventLosses
    private let costs: ProgramCosts
    private var countSeries: ConnectionCountSeries
    private var durations: DurationSeries
    private var listenerDrops: ListenerDrops
    private var drift = StockDrift()
    /// What the last collection found of it; nil when that failed.
    private var lastDrift: [ConnectionState: Int64]?

    /// Loads and attaches the programs.
    ///
    /// - Parameters:
    ///   - options: What to observe.
    ///   - start: When counting began; what the points give as their start.
    ///   - loaded: Takes the programs that the kernel has taken, step by step, also when it refuses others afterwards.
    /// - Throws: ``ProbeError`` when the kernel refuses what every kernel from 5.10 on can do.
    package convenience init(
        _ options: Options,
        start: Timestamp,
        loaded: ([LoadedProgram]) -> Void = { _ in }
    ) throws(ProbeError) {
        do throws(BPFError) {
            let agent = AgentObject.Options(
                namespace: try options.scope.namespace(),
                ports: options.ports,
                rttPeriod: options.rttPeriod,
                responseTime: options.responseTime
            )
            try self.init(options, agent: AgentObject(agent), start: start, loaded: loaded)
        } catch {
            throw ProbeError(error)
        }
    }

    private init(
        _ options: Options,
        agent: AgentObject,
        start: Timestamp,
        loaded: ([LoadedProgram]) -> Void
    ) throws(BPFError) {
        let chosen = agent.programs
        connections = try ConnectionProbe(agent)
        loaded(LoadedProgram.list([chosen.transitions], of: agent.object))
        count = try ConnectionCountProbe(agent)
        loaded(LoadedProgram.list(chosen.pass, of: agent.object))
        var counters: [CounterProbe] = []
        for plan in [CounterProbe.Plan.retransmits(chosen), .resets(chosen)] where !plan.programs.isEmpty {
            counters.append(try CounterProbe(plan, of: agent))
            loaded(LoadedProgram.list(plan.programs, of: agent.object))
        }
        self.counters = counters
        responseTime = chosen.responseTime.isEmpty ? nil : try ResponseTimeProbe(agent, options, start: start)
        loaded(LoadedProgram.list(chosen.responseTime, of: agent.object))
        self.start = start
        limitations = chosen.limitations
        programs = chosen.all
        var (losses, costs) = (EventLosses(), ProgramCosts())
        // What was missed of a connection shows in what is remembered of it, which only this program and the pass look at.
        losses.add { () throws(BPFError) in try agent.object.losses(of: [chosen.transitions]) }
        costs.add(chosen.all) { program throws(BPFError) in try agent.object.statistics(of: program) }
        (self.losses, self.costs) = (losses, costs)
        countSeries = ConnectionCountSeries(start: start, limit: options.cardinalityLimit)
        listenerDrops = ListenerDrops(start: start, limit: options.cardinalityLimit)
        durations = DurationSeries(start: start)
    }
}

extension TCPProbes: MetricProducer {
    /// The stocks and flows of the catalogue.
    package func metrics(at time: Timestamp) throws -> [Metric] {
        lastDrift = nil
        do throws(BPFError) {
            return try collect(at: time)
        } catch {
            throw ProbeError(error)
        }
    }

    /// Resets of connections of which the kernel has a request only: it makes no event of them (`tcp_check_req()`).
    private static let embryonicResets = "TcpExt.EmbryonicRsts"

    private func collect(at time: Timestamp) throws(BPFError) -> [Metric] {
        // The pass samples connections into the flows' maps, so it comes first.
        let before = try connections.flows().transitions
        let found = try count.pass()
        let flows = try connections.flows()
        let kernel = netstat.reading()
        var metrics = [countSeries.metric(found.counts, time: time)]
        metrics += found.queues.metrics(start: start, time: time)
        metrics += found.totals.metrics(follows: connections.follows, start: start, time: time)
        metrics.append(flows.transitions.metric(start: start, time: time))
        if connections.follows {
            metrics.append(listenerDrops.metric(found.drops, time: time))
            let resets = kernel.increase(of: [Self.embryonicResets])
            metrics += flows.metrics(embryonicResets: resets, start: start, time: time)
            metrics += durations.metrics(try connections.durationRows(), time: time)
        }
        for counter in counters {
            metrics.append(try counter.metric(start: start, time: time))
        }
        if let responseTime {
            let listening = Set(found.queues.rows.keys.compactMap(\.port))
            metrics.append(try responseTime.metric(listening: listening, time: time))
        }
        metrics += kernel.metrics(start: start, time: time)
        metrics += NamespaceLimits.current.metrics(start: start, time: time)
        metrics += TCPMemory.current?.metrics(start: start, time: time) ?? []
        lastDrift = drift.drift(.init(counts: found.counts, before: before, after: flows.transitions))
        return metrics
    }

    /// What the probes say of themselves after a collection.
    fileprivate func accounts(at time: Timestamp) throws(BPFError) -> [Metric] {
        var metrics = try costs.metrics(start: start, time: time)
        metrics.append(try losses.metric(start: start, time: time))
        if let lastDrift {
            metrics.append(StockDrift.metric(lastDrift, time: time))
        }
        return metrics
    }
}

/// What probes say of themselves: what they cost, what they missed, and whether stocks and flows agree.
///
/// To be read after the probes, in the same collection.
package struct ProbeAccounts: MetricProducer {
    private let probes: TCPProbes

    /// Creates the accounts of `probes`.
    package init(of probes: TCPProbes) {
        self.probes = probes
    }

    /// The part of the catalogue that the agent's own resource has.
    package func metrics(at time: Timestamp) throws -> [Metric] {
        do throws(BPFError) {
            return try probes.accounts(at: time)
        } catch {
            throw ProbeError(error)
        }
    }
}
