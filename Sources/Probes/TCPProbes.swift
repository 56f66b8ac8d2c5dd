internal import BPF
package import Metrics
internal import Readings

/// All probes of TCP together: what there is, and what happens.
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

    let epoch: Epoch
    let count: ConnectionCountProbe
    let connections: ConnectionProbe
    let counters: [CounterProbe]
    let responseTime: ResponseTimeProbe?
    let losses: EventLosses
    let costs: ProgramCosts

    /// Loads and attaches the programs.
    ///
    /// - Parameters:
    ///   - options: What to observe.
    ///   - start: When counting begins.
    ///   - loaded: Takes the programs that the kernel has taken, step by step, also when it refuses others afterwards.
    /// - Throws: ``ProbeError`` when the kernel refuses what every kernel from 5.10 on can do.
    package convenience init(
        _ options: Options,
        start: Timestamp,
        loaded: ([LoadedProgram]) -> Void = { _ in }
    ) throws(ProbeError) {
        let features = try KernelFeatures(tracepoints: Self.tracepoints)
        do throws(BPFError) {
            try self.init(options, features: features, start: start, loaded: loaded)
        } catch {
            throw ProbeError(error)
        }
    }

    private static let tracepoints = [
        "tcp_retransmit_skb", "tcp_retransmit_synack", "tcp_send_reset", "tcp_receive_reset",
        "sock_send_length", "sock_recv_length",
    ]

    private init(
        _ options: Options,
        features: KernelFeatures,
        start: Timestamp,
        loaded: ([LoadedProgram]) -> Void
    ) throws(BPFError) {
        let namespace = try options.scope.namespace()
        let connections = try ConnectionProbe(namespace: namespace)
        loaded(LoadedProgram.list([connections.program], of: connections.object))
        let count = try ConnectionCountProbe(
            ports: options.ports,
            following: connections,
            rttPeriod: options.rttPeriod
        )
        loaded(LoadedProgram.list(count.programs, of: count.object))
        var limitations: [Limitation] = []
        if !connections.follows {
            limitations.append(.noAtomics("no durations, handshakes, RTT and bytes"))
        }
        var counters: [CounterProbe] = []
        func add(_ plan: CounterProbe.Plan) throws(BPFError) {
            let counter = try CounterProbe(plan, namespace: namespace, following: connections)
            loaded(LoadedProgram.list(counter.programs, of: counter.object))
            counters.append(counter)
        }
        if features.missingTracepoints.isDisjoint(with: ["tcp_retransmit_skb", "tcp_retransmit_synack"]) {
            try add(.retransmits(features))
        } else {
            limitations.append(.noTracepoint("tcp_retransmit_skb", "no retransmits"))
        }
        if features.missingTracepoints.isDisjoint(with: ["tcp_send_reset", "tcp_receive_reset"]) {
            try add(.resets)
        } else {
            limitations.append(.noTracepoint("tcp_send_reset", "no resets"))
        }
        var responseTime: ResponseTimeProbe?
        let hasLengths = features.missingTracepoints.isDisjoint(with: ["sock_send_length", "sock_recv_length"])
        if options.responseTime, hasLengths, connections.follows {
            let probe = try ResponseTimeProbe(namespace: namespace, following: connections)
            loaded(LoadedProgram.list(probe.programs, of: probe.object))
            responseTime = probe
            if !connections.features.kernelFunctions {
                limitations.append(.interpreted("no response times over MPTCP"))
            }
        } else if options.responseTime {
            limitations.append(
                hasLengths
                    ? .noAtomics("no response times") : .noTracepoint("sock_send_length", "no response times")
            )
        }
        (self.count, self.connections, self.counters) = (count, connections, counters)
        self.responseTime = responseTime
        epoch = Epoch(start: start, namespaceCounters: .current())
        self.limitations = limitations
        programs =
            count.programs + [connections.program] + counters.flatMap(\.programs) + (responseTime?.programs ?? [])
        losses = Self.losses(count, connections, counters, responseTime)
        costs = Self.costs(count, connections, counters, responseTime)
    }

    private static func losses(
        _ count: ConnectionCountProbe,
        _ connections: ConnectionProbe,
        _ counters: [CounterProbe],
        _ responseTime: ResponseTimeProbe?
    ) -> EventLosses {
        var losses = EventLosses()
        // What was missed of a connection shows in what is remembered of it, which only this program and the pass look at.
        losses.add { () throws(BPFError) in try count.object.losses(of: []) }
        losses.add { () throws(BPFError) in try connections.object.losses(of: [connections.program]) }
        for counter in counters {
            losses.add { () throws(BPFError) in try counter.object.losses(of: []) }
        }
        if let responseTime {
            losses.add { () throws(BPFError) in try responseTime.object.losses(of: []) }
        }
        return losses
    }

    private static func costs(
        _ count: ConnectionCountProbe,
        _ connections: ConnectionProbe,
        _ counters: [CounterProbe],
        _ responseTime: ResponseTimeProbe?
    ) -> ProgramCosts {
        var costs = ProgramCosts()
        costs.add(count.programs) { program throws(BPFError) in try count.object.statistics(of: program) }
        costs.add([connections.program]) { program throws(BPFError) in try connections.object.statistics(of: program) }
        for counter in counters {
            costs.add(counter.programs) { program throws(BPFError) in try counter.object.statistics(of: program) }
        }
        if let responseTime {
            costs.add(responseTime.programs) { program throws(BPFError) in
                try responseTime.object.statistics(of: program)
            }
        }
        return costs
    }
}
