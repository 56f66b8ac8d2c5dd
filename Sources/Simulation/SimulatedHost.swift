package import Metrics
package import Readings

/// A host that does not exist: a source of readings for tests, fleets and documentation.
///
/// Connections arrive at a rate, live and answer by distributions, and fail by the faults that are switched on. The
/// same seed gives the same host, no matter how often it is read. Stocks and flows are consistent unless
/// ``Fault/lostEvents`` is on: each state contains what came into it less what left it.
package struct SimulatedHost: ReadingSource, Sendable {
    /// The properties of the host.
    package struct Options: Hashable, Sendable {
        /// The seed of the random numbers.
        package var seed: UInt64 = 1
        /// Connections that begin in a second.
        package var rate = 50.0
        /// The median life of a connection, in seconds.
        package var life = 2.0
        /// Whether connections are counted by port.
        package var splitsByPort = false
        /// Whether response times are measured.
        package var measuresResponses = false

        /// How many containers run at a time.
        package var containers = 0
        /// The median life of a container, in seconds.
        package var containerLife = 30.0
        /// Whether each container is a workload of its own; otherwise everything is the host's.
        package var tellsContainersApart = true
        /// How many containers can be workloads of their own at a time; all others are overflow.
        package var containerLimit = Int.max

        /// Creates options.
        package init() {}
    }

    /// The faults that are switched on.
    package var faults: Set<Fault> {
        get { world.faults }
        set { world.faults = newValue }
    }

    private let epoch: Epoch
    private var world: World

    /// Creates a host without connections.
    ///
    /// It is observed from its start.
    package init(_ options: Options = Options(), start: Timestamp, faults: Set<Fault> = []) {
        world = World(options, faults: faults)
        epoch = Epoch(start: start, namespaceCounters: world.counters.namespace)
    }

    /// Advances the host to `time`, and reads everything.
    package mutating func read(at time: Timestamp) -> Reading {
        let (elapsed, isBefore) = time.unixNanoseconds.subtractingReportingOverflow(epoch.start.unixNanoseconds)
        world.live(until: isBefore ? 0 : elapsed)
        // What has ended is in this reading for the last time.
        defer { world.forgetEnded() }
        return Reading(
            taken: time,
            epoch: epoch,
            activity: .success(world.activity(since: epoch.start)),
            upkeep: .success(world.counters.upkeep)
        )
    }
}
