import Foundation
import TestSupport
import Testing

extension IntegrationTests {
    /// No two resources of a request are the same service.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ApplicationResourceIdentityTests {
        @Test func `thirty workloads with replicas, restarts and false names are always thirty services`() throws {
            let watch = try ApplicationWatch("--scope", "self", interval: "1s")
            let resources = try watch.resources()
            // The host's resource is that of the agent's service, too.
            let agent = [resources.first, resources.last].compactMap { $0 }
            #expect(agent.count == 2 && agent.allSatisfy { $0["service.name"] == "tcplens" })
            let unitName = "t\(ContainerNames.digits()).service"
            let unit = "/system.slice/\(unitName)"
            var environments: [[String: String]] = []
            environments += (0..<10).map { _ in ["OTEL_RESOURCE_ATTRIBUTES": "service.name=shop"] }
            environments += (0..<5).map { _ in
                ["OTEL_RESOURCE_ATTRIBUTES": "service.name=shop,service.instance.id=one"]
            }
            environments += (0..<5).map { number in
                ["OTEL_RESOURCE_ATTRIBUTES": "service.name=till,service.instance.id=\(number % 3)"]
            }
            environments += agent.map { resource in
                let instance = resource["service.instance.id"] ?? ""
                return ["OTEL_RESOURCE_ATTRIBUTES": "service.name=tcplens,service.instance.id=\(instance)"]
            }
            environments += [["OTEL_SERVICE_NAME": "tcplens"], [:], [:], [:], ["OTEL_SERVICE_NAME": "shop "]]
            environments += [
                ["OTEL_RESOURCE_ATTRIBUTES": "service.name=a/b,service.instance.id=1"],
                ["OTEL_RESOURCE_ATTRIBUTES": "service.namespace=a,service.name=b,service.instance.id=1"],
            ]
            var running = try environments.map { environment in
                let path = ApplicationWatch.container()
                return (path: path, environment: environment, application: try watch.start(at: path, environment))
            }
            #expect(running.count == 29)
            var ofUnit = try watch.start(at: unit, ["OTEL_SERVICE_NAME": "shop"])
            func waitForAll() throws {
                let ids = Set(running.compactMap { $0.path.matches(of: /[0-9a-f]{64}/).last.map { String($0.0) } })
                _ = try eventually("thirty workloads", within: .seconds(60)) {
                    try watch.waitForRequests(1)
                    let last = try watch.resources()
                    // Those that are gone stay as long as they have connections in TIME_WAIT.
                    let hasUnit = last.contains { $0["tcplens.systemd.unit.name"] == unitName }
                    return hasUnit && ids.isSubset(of: last.compactMap { $0["container.id"] }) ? true : nil
                }
            }
            try waitForAll()
            for round in 0..<3 {
                // Some are replaced in new containers, as by an orchestrator, and one where it is, as by systemd.
                for index in stride(from: round, to: running.count, by: 3) {
                    running[index].application.kill()
                    watch.tree.remove(running[index].path)
                    running[index].path = ApplicationWatch.container()
                    let (path, environment) = (running[index].path, running[index].environment)
                    running[index].application = try watch.start(at: path, environment)
                }
                ofUnit.kill()
                ofUnit = try watch.start(at: unit, ["OTEL_SERVICE_NAME": "shop"])
                try watch.waitForRequests(3)
                try waitForAll()
            }
            #expect(watch.end() == 0, "\(watch.agent.error)")
            let history = try watch.history()
            for request in history {
                let identities = request.map(\.identity)
                #expect(Set(identities).count == identities.count, "\(identities.sorted())")
                #expect(request.allSatisfy { $0["service.instance.id"]?.isEmpty == false })
                for own in agent {
                    let same = request.filter { $0.identity == own.identity }
                    #expect(same.count == 1 && same.first?["container.id"] == nil)
                }
            }
            // The restarted unit is the same instance as before.
            let units = history.joined().filter { $0["tcplens.systemd.unit.name"] == unitName }
            #expect(Set(units.map(\.identity)).count == 1)
            withExtendedLifetime(ofUnit) {}
        }
    }
}
