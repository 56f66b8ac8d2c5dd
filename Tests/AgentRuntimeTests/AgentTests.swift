import CommandSupport
import Foundation
import Metrics
import Pipeline
import Probes
import Resource
import Settings
import Synchronization
import TestSupport
import Testing

@testable import AgentRuntime

/// The events in a made-up machine, in order; its refusals; and its clock.
private final class MadeUpSurroundings: Sendable {
    struct Refusal: Error, CustomStringConvertible {
        let description = "the kernel refuses"
    }

    private let events = Mutex<[String]>([])
    private let exports = AsyncStream<Void>.makeStream()
    /// Whether programs can't be loaded any more.
    let refusesPrograms = Mutex(false)
    /// What was to be observed.
    let options = Mutex<[TCPProbes.Options]>([])

    /// A clock whose sleeps end at once.
    let clock = ManualClock()

    func note(_ event: String) {
        events.withLock { $0.append(event) }
        if event.hasPrefix("export") { exports.continuation.yield() }
    }

    /// The events since the last call.
    func taken() -> [String] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }

    /// Whether something was exported since the last call of ``taken()``.
    var hasExported: Bool { events.withLock { $0.contains { $0.hasPrefix("export") } } }

    /// Returns after this many exports.
    func wait(forExports count: Int) async {
        var left = count
        for await _ in exports.stream {
            left -= 1
            if left == 0 { return }
        }
    }

    var all: AgentSurroundings {
        var surroundings = AgentSurroundings()
        surroundings.clock = clock
        surroundings.now = { Timestamp(unixNanoseconds: 1_700_000_000_000_000_000) }
        surroundings.observe = { options, _, _, say in
            guard !self.refusesPrograms.withLock({ $0 }) else { throw Refusal() }
            self.note("load")
            self.options.withLock { $0.append(options) }
            say("what was found out while reading")
            return ObservedMachine(machine: [MadeUpMachine(surroundings: self)])
        }
        surroundings.exporter = { plan, isSuccessor throws(Failure) in
            self.note("make \(plan.destination)" + (isSuccessor ? " as successor" : ""))
            return MadeUpExporter(name: plan.destination, surroundings: self)
        }
        return surroundings
    }
}

/// Records its collections.
private struct MadeUpMachine: MetricProducer {
    let surroundings: MadeUpSurroundings

    func metrics(at time: Timestamp) throws -> [Metric] {
        surroundings.note("collect")
        return []
    }
}

/// Records its calls.
private struct MadeUpExporter: MetricExporter {
    let identity = ExporterIdentity.periodicReader
    let name: String
    let surroundings: MadeUpSurroundings

    func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
        surroundings.note(isLast ? "last export to \(name)" : "export to \(name)")
        return ExportOutcome()
    }

    func shutdown() async { surroundings.note("end \(name)") }
}

/// The agent with a made-up machine, made-up exporters and a clock that the test advances.
@Suite struct AgentTests {
    private let surroundings = MadeUpSurroundings()
    private let path = FileManager.default.temporaryDirectory.appending(path: "tcplens-\(UUID().uuidString).yaml")

    private func write(_ exporter: String = "console: ", more: String = "response_time: false") throws {
        let text = """
            file_format: "1.1"
            log_level: fatal
            meter_provider: {readers: [{periodic: {interval: 10000, timeout: 0, exporter: {\(exporter)}}}]}
            tcplens/development: {\(more)}
            """
        try Data(text.utf8).write(to: path)
    }

    private func agent(
        once: Bool = false,
        on machine: Machine = Machine(environment: [:]) { _ in nil }
    ) async throws -> Agent {
        let options = RunSettings.Options(file: path.path(percentEncoded: false), once: once)
        let source = SettingsSource(options: options, machine: machine)
        return try await Agent(source, settings: try source.settings(), surroundings: surroundings.all)
    }

    private let otlp = "otlp_http: {endpoint: \"http://collector:4318/v1/metrics\"}"

    @Test func `preparing loads and makes, and nothing is collected before it serves`() async throws {
        defer { try? FileManager.default.removeItem(at: path) }
        try write()
        let agent = try await agent(once: true)
        #expect(surroundings.taken() == ["load", "make console"])
        try await agent.runOnce()
        #expect(surroundings.taken() == ["collect", "export to console"])
    }

    @Test func `it collects at each interval and once more at the end`() async throws {
        defer { try? FileManager.default.removeItem(at: path) }
        try write()
        let agent = try await agent()
        _ = surroundings.taken()
        await agent.serve(reload: ReloadRequest()) { [surroundings] in
            await surroundings.wait(forExports: 3)
        }
        #expect(surroundings.clock.sleeps.prefix(2) == [.seconds(10), .seconds(10)])
        let events = surroundings.taken()
        #expect(events.prefix(4) == ["collect", "export to console", "collect", "export to console"])
        #expect(events.contains("last export to console"))
    }

    @Test func `what goes to a receiver is collected at once, and exported soon at the agent's place`() async throws {
        defer { try? FileManager.default.removeItem(at: path) }
        try write(otlp)
        let agent = try await agent()
        let place = RoundSchedule.place(of: await agent.identity.resource.instanceID ?? "")
        #expect(place > 0)
        _ = surroundings.taken()
        await agent.serve(reload: ReloadRequest()) { [surroundings] in
            await surroundings.wait(forExports: 3)
        }
        let export = "export to http://collector:4318/v1/metrics"
        #expect(surroundings.taken().prefix(5) == ["collect", "collect", export, "collect", export])
        // The wall clock shows a multiple of the interval at the start.
        let waits = surroundings.clock.sleeps.prefix(3).map { $0 / .seconds(1) }
        for (wait, expected) in zip(waits, [place, 9 * place, 10]) { #expect(abs(wait - expected) < 1e-6) }
    }

    @Test func `new parts are complete before the old ones end`() async throws {
        defer { try? FileManager.default.removeItem(at: path) }
        try write()
        let agent = try await agent()
        try await agent.runOnce()
        _ = surroundings.taken()
        try write(otlp)
        #expect(await agent.reload())
        let events = surroundings.taken()
        #expect(events.first == "make http://collector:4318/v1/metrics")
        #expect(events.dropFirst().contains("end console"))
        #expect(await agent.running.exporters.count == 1)
    }

    @Test func `a change of the scope or of attribution loads the programs again`() async throws {
        defer { try? FileManager.default.removeItem(at: path) }
        try write(more: "scope: self")
        let agent = try await agent()
        try await agent.runOnce()
        for more in [
            "scope: node", "scope: node, attribution: none", "scope: node, application_resource: false",
            "scope: node, application_resource: false, workload_limit: 5",
        ] {
            _ = surroundings.taken()
            try write(more: more)
            #expect(await agent.reload(), "\(more)")
            // What the programs have counted goes out before others take their place.
            #expect(surroundings.taken().prefix(3) == ["collect", "export to console", "load"], "\(more)")
        }
        let options = surroundings.options.withLock { $0 }
        #expect(options.map(\.scope) == [.own, .node, .node, .node, .node])
        #expect(options.map { $0.attribution?.limit } == [nil, 1000, nil, 1000, 5])
        #expect(options.map { $0.attribution?.asksApplications } == [nil, true, nil, false, false])
        // No workload may have an identity of the agent's own resources.
        let own = await [agent.identity.resource, agent.identity.agentResource].map(\.attributes)
        #expect(options.last?.attribution?.agent.prefix(2) == own[...])
        #expect(options.last?.attribution?.agent.count == 3)
        #expect(options.last?.attribution?.host.isEmpty == false)
    }

    @Test func `what was counted under an old name goes out before the programs are loaded again`() async throws {
        defer { try? FileManager.default.removeItem(at: path) }
        try write()
        let isRenamed = Mutex(false)
        let name = UUID().uuidString
        let machine = Machine(environment: [:]) { [surroundings] path in
            guard path == "/proc/sys/kernel/hostname" else { return nil }
            guard surroundings.hasExported else { return "old-\(name)" }
            let isFirst = isRenamed.withLock { isRenamed in
                defer { isRenamed = true }
                return !isRenamed
            }
            if isFirst { surroundings.note("renamed") }
            return "new-\(name)"
        }
        let agent = try await agent(on: machine)
        await agent.serve(reload: ReloadRequest()) { [surroundings] in
            await surroundings.wait(forExports: 8)
        }
        let events = surroundings.taken().drop { $0 != "renamed" }
        #expect(events.prefix(4) == ["renamed", "collect", "export to console", "load"])
    }

    @Test func `a refusal by the kernel changes nothing`() async throws {
        defer { try? FileManager.default.removeItem(at: path) }
        try write(more: "health: \"127.0.0.1:0\"")
        let agent = try await agent()
        try await agent.runOnce()
        let before = await agent.running
        surroundings.refusesPrograms.withLock { $0 = true }
        _ = surroundings.taken()
        try write(otlp, more: "response_time: true, health: \"[::1]:0\"")
        #expect(await !agent.reload())
        let made = "http://collector:4318/v1/metrics"
        #expect(surroundings.taken() == ["make \(made)", "collect", "export to console", "end \(made)"])
        let after = await agent.running
        #expect(after.settings == before.settings)
        #expect(Set(after.exporters.keys) == Set(before.exporters.keys))
        #expect(Set(after.listeners.keys) == Set(before.listeners.keys) && after.listeners.count == 1)
        await agent.endListeners()
    }

    @Test func `a change that needs dropped rights needs a restart`() async throws {
        defer { try? FileManager.default.removeItem(at: path) }
        try write()
        let agent = try await agent()
        try await agent.runOnce()
        var abilities = Abilities()
        abilities.loadsPrograms = false
        await agent.keep(abilities)
        _ = surroundings.taken()
        try write(more: "response_time: true")
        #expect(await !agent.reload())
        #expect(surroundings.taken() == [])
        let settings = await agent.settings
        let failure = #expect(throws: Failure.self) {
            try abilities.expect(from: settings, to: settings, loadsPrograms: true)
        }
        #expect(failure?.message.contains("needs a restart") == true)
        // It still does what it is able to do.
        try write(otlp)
        #expect(await agent.reload())
    }
}
