import Foundation
import Testing

extension TrafficIntegrationTests {
    /// How receivers can tell the agents of a machine apart.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct IdentityTests {
        private let console = ["OTEL_METRICS_EXPORTER": "console"]

        /// The attributes of each resource that was printed.
        private func resources(_ output: String) -> [[String: String]] {
            output.split(separator: "\n").filter { $0.hasPrefix("Resource ") }.map { line in
                line.split(separator: " ").reduce(into: [:]) { attributes, word in
                    let parts = word.split(separator: "=", maxSplits: 1)
                    if parts.count == 2 { attributes[String(parts[0])] = String(parts[1]) }
                }
            }
        }

        private func instances(_ resources: [[String: String]]) -> Set<String> {
            Set(resources.compactMap { $0["service.instance.id"] })
        }

        /// The resources of an agent on a machine with this id and name.
        private func resources(id: String, name: String, in traffic: Traffic) throws -> [[String: String]] {
            let script = """
                mount -t tmpfs none /mnt && printf '%s' "$1" > /mnt/id && mount --bind /mnt/id /etc/machine-id \
                && hostname "$2" && exec "$3" run --once
                """
            let result = try run(
                ["unshare", "--mount", "--uts", "sh", "-c", script, "sh", id, name, Executable.tcplens],
                in: traffic,
                environment: console
            )
            try #require(result.status == 0, "\(result.error)")
            return resources(result.output)
        }

        @Test(.enabled(if: FileManager.default.fileExists(atPath: "/etc/machine-id"), "no /etc/machine-id"))
        func `an id that many machines have is left out, and their names make the difference`() throws {
            let traffic = try Traffic()
            // The machine's own, if D-Bus has one, comes next.
            let own = (try? String(contentsOfFile: "/var/lib/dbus/machine-id", encoding: .utf8))?
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let shared = ["uninitialized\n", "", String(repeating: "0", count: 32), "0123"]
            var seen: Set<String> = []
            for id in shared {
                let (a, b) = (
                    try resources(id: id, name: "a", in: traffic), try resources(id: id, name: "b", in: traffic)
                )
                #expect(a.count == 2 && a.map { $0["host.id"] } == [own, own])
                #expect(instances(a + b).count == 4, "\(id)")
                seen.formUnion(instances(Array(a.prefix(1))))
            }
            // None of these ids identifies a machine.
            #expect(seen.count == 1)
            let clone = "0123456789abcdef0123456789abcdef"
            let (a, b) = (
                try resources(id: clone, name: "a", in: traffic), try resources(id: clone, name: "b", in: traffic)
            )
            #expect(a.map { $0["host.id"] } == [clone, clone])
            #expect(instances(a + b).count == 4)
        }

        @Test(arguments: ["", "service.instance.id=mine"])
        func `the resources of one request are different instances of one service`(attributes: String) throws {
            let traffic = try Traffic()
            let sink = try Sink("--format", "json", in: traffic)
            let environment = [
                "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": sink.endpoint, "OTEL_RESOURCE_ATTRIBUTES": attributes,
            ]
            for _ in 1...2 {
                let result = try run([Executable.tcplens, "run", "--once"], in: traffic, environment: environment)
                #expect(result.status == 0, "\(result.error)")
            }
            let requests = try sink.requests(2).map { request in
                (request["resourceMetrics"] as? [NSDictionary] ?? []).map { metrics in
                    let list = (metrics["resource"] as? NSDictionary)?["attributes"] as? [NSDictionary] ?? []
                    return list.reduce(into: [String: String]()) { attributes, attribute in
                        let value = (attribute["value"] as? NSDictionary)?.allValues.first
                        attributes[attribute["key"] as? String ?? ""] = value.map { "\($0)" }
                    }
                }
            }
            for resources in requests {
                #expect(resources.count == 2)
                #expect(Set(resources.map { $0["service.name"] }) == ["tcplens"])
                #expect(instances(resources).count == 2)
                #expect(Set(resources.map { $0["host.name"] }).count == 1)
            }
            // The next agent has the same resource, and another one for itself, because that has its process.
            #expect(Set(requests.map { $0.first?["service.instance.id"] }).count == 1)
            #expect(Set(requests.map { $0.last?["service.instance.id"] }).count == 2)
            #expect(Set(requests.map { $0.last?["process.pid"] }).count == 2)
            #expect(attributes.isEmpty || requests.first?.first?["service.instance.id"] == "mine")
        }

        @Test func `agents beside each other, in two namespaces, and a single export are all different`() throws {
            let (here, there) = (try Traffic(), try Traffic())
            func start(_ traffic: Traffic) throws -> RunningProcess {
                let agent = try RunningProcess([Executable.tcplens, "run"], in: traffic, environment: console)
                _ = try eventually("a collection") { resources(agent.output).count >= 2 ? true : nil }
                return agent
            }
            let agents = [try start(here), try start(here), try start(there)]
            let once = try run([Executable.tcplens, "run", "--once"], in: here, environment: console)
            let all = agents.flatMap { resources($0.output).prefix(2) } + resources(once.output)
            #expect(all.count == 8)
            #expect(instances(all).count == 8)
            let warnings = agents.map { $0.error.contains("another tcplens runs in this network namespace") }
            #expect(warnings == [false, true, false])
            #expect(!once.error.contains("another tcplens"))
            // An agent that is started again after a crash has the same identity for what it observes.
            let before = instances(Array(resources(agents[0].output).prefix(1)))
            agents[0].signal(SIGKILL)
            agents[0].wait()
            let again = try start(here)
            #expect(instances(Array(resources(again.output).prefix(1))) == before)
        }

        @Test func `an instance id that two agents were given is logged`() throws {
            let traffic = try Traffic()
            let environment = console.merging(["OTEL_RESOURCE_ATTRIBUTES": "service.instance.id=mine"]) { $1 }
            let agent = try RunningProcess([Executable.tcplens, "run"], in: traffic, environment: environment)
            _ = try eventually("a collection") { resources(agent.output).count >= 2 ? true : nil }
            let once = try run([Executable.tcplens, "run", "--once"], in: traffic, environment: environment)
            #expect(once.error.contains("another tcplens of this network namespace has the service.instance.id mine"))
            #expect(resources(once.output).first?["service.instance.id"] == "mine")
        }

        @Test func `a host name that changes is followed, and counters begin anew`() throws {
            let traffic = try Traffic()
            let agent = try RunningProcess(
                [
                    "unshare", "--uts", "sh", "-c", "hostname before; exec \"$0\" run --interval 200ms",
                    Executable.tcplens,
                ],
                in: traffic,
                environment: console
            )
            _ = try eventually("a collection") { resources(agent.output).count >= 2 ? true : nil }
            try traffic("listen 4 7001 128", "connect a 4 7001 7")
            try traffic.settle()
            _ = try eventually("the connections") {
                ConsoleReport(agent.output).transitions("syn_sent", "established") == 7 ? true : nil
            }
            let target = "\(agent.processIdentifier)"
            _ = try run(["nsenter", "--uts", "--target", target, "hostname", "after"])
            let renamed = try eventually("the new name") {
                let all = resources(agent.output).filter { $0["host.name"] == "after" }
                return all.count >= 2 ? all : nil
            }
            let before = resources(agent.output).filter { $0["host.name"] == "before" }
            #expect(instances(before).count == 2 && instances(renamed).count == 2)
            #expect(instances(before).isDisjoint(with: instances(renamed)))
            #expect(agent.error.contains("host.name was before"))
            agent.signal(SIGTERM)
            agent.wait()
            let report = ConsoleReport(agent.output)
            #expect(report.transitions("syn_sent", "established") == 0)
            #expect(report.stock("established") == 14)
            #expect(agent.status == 0)
        }
    }
}
