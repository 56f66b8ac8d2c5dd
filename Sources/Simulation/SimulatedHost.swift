package import Metrics
package import Readings

/// A host that does not exist: a source of readings for tests, for fleets and for documentation.
///
/// Connections come and go at a rate, live and answer by distributions, and fail by the faults that are switched on.
/// The same seed gives the same host, however often it is read. Stocks and flows obey the conservation law, unless
/// ``Fault/lostEvents`` is on: what came into a state less what left it is what is in it.
package struct SimulatedHost: ReadingSource, Sendable {
    /// What the host is like.
    package struct Options: Hashable, Sendable {
        /// What random numbers begin with.
        package var seed: UInt64 = 1
        /// How many connections begin in a second.
        package var rate = 50.0
        /// How long half of them live at most, in seconds.
        package var life = 2.0
        /// Whether connections are counted by port.
        package var splitsByPort = false
        /// Whether response times are measured.
        package var measuresResponses = false

        /// Creates options.
        package init() {}
    }

    /// What goes wrong from now on.
    package var faults: Set<Fault> {
        get { world.faults }
        set { world.faults = newValue }
    }

    private let epoch: Epoch
    private var world: World

    /// Creates a host without connections, which is observed from its beginning on.
    package init(_ options: Options = Options(), start: Timestamp, faults: Set<Fault> = []) {
        world = World(options, faults: faults)
        epoch = Epoch(start: start, namespaceCounters: world.counters.namespace)
    }

    /// Lets the host live until `time`, and reads everything.
    package mutating func read(at time: Timestamp) -> Reading {
        let (elapsed, isBefore) = time.unixNanoseconds.subtractingReportingOverflow(epoch.start.unixNanoseconds)
        world.live(until: isBefore ? 0 : elapsed)
        return Reading(
            taken: time,
            epoch: epoch,
            activity: .success(world.activity),
            upkeep: .success(world.counters.upkeep)
        )
    }
}
