import Foundation
import Metrics
import Resource
import Synchronization
import Testing

@testable import AgentRuntime

@Suite struct AgentIdentityTests {
    /// A machine whose name can be changed.
    ///
    /// No other test has the same machine.
    private final class Host: Sendable {
        let name = Mutex("host-\(UUID().uuidString)")
        /// Whether no file can be opened.
        let isUnreadable = Mutex(false)

        var machine: Machine {
            Machine(environment: [:]) { path in
                guard !self.isUnreadable.withLock(\.self) else { return nil }
                return switch path {
                case "/proc/sys/kernel/hostname": self.name.withLock(\.self)
                case "/proc/sys/net/ipv4/tcp_mem": "1 2 3"
                default: nil
                }
            }
        }
    }

    private let host = Host()

    private func identity(_ attributes: Attributes = [:], isSingle: Bool = false) -> AgentIdentity {
        AgentIdentity(of: host.machine, ResourceSettings(attributes: attributes), isSingle: isSingle)
    }

    @Test func `agents at the same time have different identities, and the next one gets the first again`() {
        var agents = [identity(), identity(), identity(), identity(isSingle: true), identity(isSingle: true)]
        // The instances of both resources of each agent.
        let ids = agents.flatMap { [$0.resource.instanceID, $0.agentResource.instanceID] }
        #expect(Set(ids).count == 10)
        #expect(agents.map { $0.warning != nil } == [false, true, true, false, false])
        agents.removeFirst()
        #expect(identity().resource.instanceID == ids[0])
        withExtendedLifetime(agents) {}
    }

    @Test func `a restarted agent has the same identity`() {
        func run() -> [String?] {
            let identity = identity()
            return [identity.resource.instanceID, identity.agentResource.instanceID]
        }
        #expect(run() == run())
    }

    @Test func `an instance that the user gives to two agents is reported`() {
        let given: Attributes = ["service.instance.id": .string(UUID().uuidString)]
        let agents = [identity(given), identity(given), identity(given, isSingle: true)]
        #expect(Set(agents.map(\.resource.instanceID)).count == 1)
        #expect(agents.map { $0.warning?.contains("has the service.instance.id") } == [nil, true, true])
        // Another service may have the same instance.
        var service = given
        service["service.name"] = "other"
        #expect(identity(service).warning == nil)
    }

    @Test func `changes of the machine's name are followed`() throws {
        let identity = identity()
        #expect(identity.following(host.machine, ResourceSettings()) == nil)
        // One more attribute does not make it another service.
        let team = try #require(identity.following(host.machine, ResourceSettings(attributes: ["team": "a"])))
        #expect(team.resource.isSameService(as: identity.resource))
        #expect(team.resource.attributes["team"] == "a" && team.agentResource.attributes["team"] == "a")
        // It still holds the claim.
        #expect(self.identity().warning != nil)
        host.name.withLock { $0 = "host-\(UUID().uuidString)" }
        let moved = try #require(team.following(host.machine, ResourceSettings()))
        #expect(moved.resource.attributes["host.name"]?.description == host.name.withLock { $0 })
        #expect(!moved.resource.isSameService(as: identity.resource))
        #expect(!moved.agentResource.isSameService(as: identity.agentResource))
        #expect(moved.warning == nil)
        #expect(moved.following(host.machine, ResourceSettings()) == nil)
        #expect(self.identity().warning != nil)
    }

    @Test func `a machine whose files can't be read for a while stays the same one`() throws {
        let machine = host.machine.remembering()
        let identity = AgentIdentity(of: machine, ResourceSettings(), isSingle: false)
        host.isUnreadable.withLock { $0 = true }
        #expect(identity.following(machine, ResourceSettings()) == nil)
        let restarted = AgentIdentity(of: machine, ResourceSettings(), isSingle: false)
        #expect(restarted.resource.attributes["host.name"] == identity.resource.attributes["host.name"])
        host.isUnreadable.withLock { $0 = false }
        #expect(identity.following(machine, ResourceSettings()) == nil)
        host.name.withLock { $0 = "host-\(UUID().uuidString)" }
        #expect(identity.following(machine, ResourceSettings()) != nil)
    }
}
