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
    /// What can't be measured on this kernel.
    package let limitations: [Limitation]

    let epoch: Epoch
    let count: ConnectionCountProbe
    let connections: ConnectionProbe
    let counters: [CounterProbe]
    let responseTime: ResponseTimeProbe?
    let agent: AgentObject

    /// Loads and attaches the programs.
    ///
    /// - Parameters:
    ///   - options: What to observe.
    ///   - start: When counting begins.
    ///   - loaded: Called step by step with the programs that the kernel has loaded, even if it refuses others later.
    /// - Throws: ``ProbeError`` when the kernel refuses something that every kernel from 5.10 on can do.
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
            try self.init(AgentObject(agent), start: start, loaded: loaded)
        } catch {
            throw ProbeError(error)
        }
    }

    private init(
        _ agent: AgentObject,
        start: Timestamp,
        loaded: ([LoadedProgram]) -> Void
    ) throws(BPFError) {
        let chosen = agent.programs
        connections = try ConnectionProbe(agent)
        loaded(LoadedProgram.list([chosen.transitions], of: agent.object))
        count = try ConnectionCountProbe(agent)
        loaded(LoadedProgram.list(chosen.pass, of: agent.object))
        var counters: [CounterProbe] = []
        for (plan, programs) in chosen.counters {
            counters.append(try CounterProbe(plan, programs, of: agent))
            loaded(LoadedProgram.list(programs, of: agent.object))
        }
        self.counters = counters
        responseTime = chosen.responseTime.isEmpty ? nil : try ResponseTimeProbe(agent)
        loaded(LoadedProgram.list(chosen.responseTime, of: agent.object))
        epoch = Epoch(start: start, namespaceCounters: .current())
        limitations = chosen.limitations
        programs = chosen.all
        self.agent = agent
    }
}
