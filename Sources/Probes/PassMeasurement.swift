internal import BPF
internal import Metrics

/// Measures what a pass over all sockets takes, for benchmarks.
///
/// It loads the agent's programs as `run` does, and makes the same passes.
package final class PassMeasurement {
    /// A way to count the sockets.
    package enum Way: String, CaseIterable, Sendable {
        /// The agent's whole pass: clearing the maps, the walk, and reading the maps.
        case pass
        /// The walk alone, which counts, and samples the connections that it follows.
        case walk
        /// A walk that only counts.
        case count
        /// The kernel's iterator, which counts and samples, with what `pass` does besides.
        case iterator
    }

    /// What one pass took.
    package struct Sample: Sendable {
        /// Its time in nanoseconds.
        package var nanoseconds: UInt64
        /// The sockets that were met, in all namespaces that share the table; 0 if that is not known.
        package var sockets: UInt64
        /// How many calls of the program it took.
        package var calls: UInt64
        /// The time of the longest call in nanoseconds.
        package var longestCall: UInt64

        /// Creates a sample.
        package init(nanoseconds: UInt64, sockets: UInt64 = 0, calls: UInt64 = 0, longestCall: UInt64 = 0) {
            (self.nanoseconds, self.sockets, self.calls, self.longestCall) = (nanoseconds, sockets, calls, longestCall)
        }
    }

    private let agent: AgentObject
    private let connections: ConnectionProbe
    private let attribution: Attribution?
    private let count: ConnectionCountProbe
    private let walk: TableWalk

    /// Loads and attaches the programs.
    ///
    /// - Parameters:
    ///   - scope: Which sockets are counted.
    ///   - options: How they are divided; nil if they all count for the host.
    /// - Throws: ``ProbeError`` when the kernel refuses, or does not let programs walk over its tables.
    package init(_ scope: ObservationScope = .own, attribution options: AttributionOptions? = nil) throws(ProbeError) {
        do throws(BPFError) {
            let agent = try AgentObject(.init(namespace: scope.namespace(), workloads: options?.limit))
            guard let program = agent.programs.walk else { throw BPFError(operation: "walk over sockets", code: 95) }
            attribution = try options.map { options throws(BPFError) in
                try Attribution(agent, options, start: Timestamp(unixNanoseconds: 1), say: { _ in })
            }
            connections = try ConnectionProbe(agent)
            count = try ConnectionCountProbe(agent)
            walk = try TableWalk(program, of: agent.object)
            self.agent = agent
            // As at the start of the agent: the iterator gives each socket its cookie, and cgroups get their rows.
            _ = try count.iterate()
            while let attribution, try attribution.makeRoom(rows: count.pass().rows) {}
        } catch {
            throw ProbeError(error)
        }
    }

    /// Counts once.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    package func measure(_ way: Way) throws(ProbeError) -> Sample {
        do throws(BPFError) {
            let began = ContinuousClock.now
            var report = TableWalk.Report()
            switch way {
            case .pass:
                _ = try count.pass()
                report = count.lastWalk
            case .walk: report = try walk.run(of: agent.object)
            case .count: report = try walk.run(of: agent.object, isTrial: true)
            case .iterator: _ = try count.iterate()
            }
            let spent = ContinuousClock.now - began
            return Sample(
                nanoseconds: UInt64(clamping: Int64(spent / .nanoseconds(1))),
                sockets: report.sockets,
                calls: report.calls,
                longestCall: report.longestCall
            )
        } catch {
            throw ProbeError(error)
        }
    }
}
