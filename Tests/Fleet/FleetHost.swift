import Foundation
import Metrics
import OTLPExport
import Observations
import Pipeline
import Resource
import Simulation

/// A host that does not exist, with an agent.
final class FleetHost: Sendable {
    /// What the hosts of a fleet have in common.
    struct Options {
        var interval: Duration
        var rate: Double
        var containers: Int
        /// Whether the host has its own place in the interval.
        var hasPlace: Bool
    }

    /// How long it has been observed when the agent starts, in nanoseconds, so that its histograms are not empty.
    private static let age: UInt64 = 60_000_000_000

    private let number: Int
    private let reader: PeriodicReader
    private let tally: Tally

    /// Creates host `number`, which sends by `configuration` and counts into `tally`.
    ///
    /// - Throws: The error of the exporter.
    init(number: Int, _ configuration: OTLPConfiguration, _ options: Options, _ tally: Tally) throws {
        (self.number, self.tally) = (number, tally)
        let start = Timestamp(unixNanoseconds: Timestamp.now.unixNanoseconds - Self.age)
        var world = SimulatedHost.Options()
        world.seed = UInt64(number) + 1
        world.rate = options.rate
        world.containers = options.containers
        world.measuresResponses = true
        let source = SimulatedHost(world, start: start)
        let resource = Self.resource(number)
        let exporter = Counted(try OTLPHTTPExporter(configuration, version: "fleet"), tally)
        let sdk = SDKMetrics(start: .now)
        let identity = resource.instanceID ?? ""
        reader = PeriodicReader(
            producers: Self.producers(of: source, sdk),
            exporters: [exporter],
            resource: resource,
            agentResource: AgentResource.ofAgent(resource, processIdentifier: 1),
            scope: Scope(name: "tcplens", version: "fleet", schemaURL: ""),
            sdk: sdk,
            schedule: RoundSchedule(
                interval: options.interval,
                place: options.hasPlace ? RoundSchedule.place(of: identity) : nil
            ),
            now: { .now }
        )
    }

    /// The same producers as those of an agent.
    private static func producers(of source: SimulatedHost, _ sdk: SDKMetrics) -> sending MetricProducers {
        let observation = Observation(of: source, limit: 2000)
        return MetricProducers(
            machine: [MachineMetrics(of: observation)],
            agent: [sdk, ProcessMetrics(start: .now), UpkeepMetrics(of: observation)]
        )
    }

    /// What an agent on a machine of this number would find out.
    private static func resource(_ number: Int) -> Metrics.Resource {
        let digits = String(number)
        let name = "host-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        let id = String(AgentResource.digest(of: ["fleet", name]).filter { $0 != "-" })
        let machine = Machine(environment: [:]) { path in
            switch path {
            case "/etc/machine-id": id
            case "/proc/sys/kernel/hostname": name
            case "/proc/sys/kernel/osrelease": "6.12.0-amd64"
            default: nil
            }
        }
        let settings = ResourceSettings(attributes: ["host.name": .string(name)])
        return AgentResource.resource(of: machine, settings)
    }

    /// Collects for the first time, which takes longer than later, as the agent does before it exports.
    func prepare() async { _ = await reader.trial() }

    /// Exports when it is due until the task is cancelled.
    func run() async {
        await reader.expedite()
        // As the agent's own loop does; the last round may still be on its way when it ends.
        while (try? await Task.sleep(for: reader.timeUntilNextRound)) != nil {
            tally.add(await reader.scheduledRound(), of: number)
        }
    }

    /// Exports for the last time.
    func end() async {
        tally.add(await reader.round(isLast: true), of: number)
    }
}

extension Timestamp {
    /// The wall clock's time.
    fileprivate static var now: Timestamp {
        Timestamp(unixNanoseconds: UInt64(Date().timeIntervalSince1970 * 1_000_000_000))
    }
}
