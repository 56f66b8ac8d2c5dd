import Foundation
import Testing

extension IntegrationTests {
    /// All network namespaces of the machine: older and younger ones, and those that live by their sockets alone.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct NamespaceTests {
        private let tree: ControlGroupTree
        private let namespaces: Namespaces
        private let id = ContainerNames.id()

        init() throws {
            tree = try ControlGroupTree()
            // A cgroup of their own tells their sockets from all others on the machine.
            namespaces = try Namespaces(in: tree, "/docker/\(id)")
        }

        /// What `tcplens snapshot --scope node` shows: all namespaces, and the sockets of the test's cgroup.
        private func snapshot() throws -> (namespaces: Namespaces.Sockets, ofCgroup: Int) {
            struct Snapshot: Decodable {
                struct Namespace: Decodable {
                    var netns: UInt64?
                    var connections: [SnapshotJSON.Row]
                    var total: Int
                }
                var namespaces: [Namespace]
                var containers: [SnapshotJSON.Group]
                var total: Int
            }
            let options = ["--scope", "node", "--by", "namespace,container", "--format", "json"]
            let result = try run([Executable.tcplens, "snapshot"] + options)
            guard result.status == 0 else { throw Timeout(description: "snapshot failed: \(result.error)") }
            let snapshot = try JSONDecoder().decode(Snapshot.self, from: Data(result.output.utf8))
            #expect(snapshot.namespaces.reduce(0) { $0 + $1.total } == snapshot.total)
            var sockets: Namespaces.Sockets = [:]
            for namespace in snapshot.namespaces {
                let number = try #require(namespace.netns)
                #expect(sockets[number] == nil, "\(number) is there twice")
                for row in namespace.connections { sockets[number, default: [:]][row.state, default: 0] += row.count }
            }
            let own = snapshot.containers.filter { $0.container?.hasSuffix(id) == true }
            return (sockets, own.reduce(0) { $0 + $1.total })
        }

        /// The last collection after this moment.
        private func report(of agent: WorkloadAgent) throws -> ConsoleReport? {
            try agent.waitForCollections()
            return agent.last?.workload("container.id=\(id)")
        }

        private func expect(_ report: ConsoleReport?, _ sockets: Namespaces.Sockets) {
            for state in ["listen", "established", "fin_wait_2", "close_wait"] {
                let sum = sockets.values.reduce(0) { $0 + ($1[state] ?? 0) }
                #expect(report?.stock(state) == sum, "\(state)")
            }
            let all = sockets.values.reduce(0) { $0 + $1.values.reduce(0, +) }
            #expect(report?.sum("system.network.connection.count") == all)
        }

        @Test func `each of 100 namespaces is counted, those that only sockets keep included`() throws {
            var made = try namespaces.make(20)
            let agent = try WorkloadAgent(in: Traffic(), WorkloadAgent.options("node"))
            try expect(report(of: agent), made)
            let younger = try namespaces.make(80)
            made.merge(younger) { $1 }
            #expect(made.count == 100)
            // No process and no descriptor has these any more.
            try namespaces("leave 60")
            try expect(report(of: agent), made)
            let shown = try snapshot()
            for (number, sockets) in made { #expect(shown.namespaces[number] == sockets, "\(number)") }
            #expect(shown.ofCgroup == made.values.reduce(0) { $0 + $1.values.reduce(0, +) })
            try namespaces("drop 100")
            let gone = try #require(try report(of: agent))
            #expect(gone.sum("system.network.connection.count") == 0)
            // Other tests' namespaces may have the numbers by now: the kernel gives the lowest that is free.
            #expect(try snapshot().ofCgroup == 0)
            let last = try agent.end()
            // Older listeners are no flow, and all of them end.
            let part = try #require(last.workload("container.id=\(id)"))
            let listeners = (
                younger.values.reduce(0) { $0 + ($1["listen"] ?? 0) },
                made.values.reduce(0) { $0 + ($1["listen"] ?? 0) }
            )
            #expect(abs(part.transitions("closed", "listen") - listeners.0) <= last.losses)
            #expect(abs(part.transitions("listen", "closed") - listeners.1) <= last.losses)
        }

        @Test func `namespaces with a table of their own are counted, and go without harm`() throws {
            let older = try namespaces.make(4, withOwnTable: true)
            let agent = try WorkloadAgent(in: Traffic(), WorkloadAgent.options("node", interval: "100ms"))
            try expect(report(of: agent), older)
            let younger = try namespaces.make(4, withOwnTable: true)
            let all = older.merging(younger) { $1 }
            try expect(report(of: agent), all)
            let shown = try snapshot().namespaces
            for (number, sockets) in all { #expect(shown[number] == sockets, "\(number)") }
            try namespaces("drop 3")
            let left = try report(of: agent)?.sum("system.network.connection.count")
            #expect(left == 250)
            // Tables come and go while the agent walks over them.
            try namespaces("churn 200 own")
            try namespaces("drop 5")
            #expect(try report(of: agent)?.sum("system.network.connection.count") == 0)
            _ = try agent.end()
            #expect(!agent.log.contains("went wrong"), "\(agent.log)")
        }

        @Test func `a thousand namespaces that come and go leave nothing behind`() throws {
            let agent = try WorkloadAgent(in: Traffic(), WorkloadAgent.options("node", interval: "200ms"))
            // What is kept of the first ones may be kept for good.
            try namespaces("churn 200")
            try agent.waitForCollections(4)
            let before = (try agent.descriptors(), try agent.residentMemory(), try agent.kernelMemory())
            try namespaces("churn 1000")
            try agent.waitForCollections(4)
            let after = (try agent.descriptors(), try agent.residentMemory(), try agent.kernelMemory())
            #expect(after.0 == before.0, "descriptors")
            #expect(after.1 < before.1 + 4096, "KiB resident: \(before.1), then \(after.1)")
            #expect(after.2 <= before.2, "bytes of BPF maps: \(before.2), then \(after.2)")
            let report = try agent.end()
            let part = try #require(report.workload("container.id=\(id)"))
            // What was missed is counted, together with what was missed of others.
            let missed = 2400 - part.transitions("closed", "syn_sent")
            #expect(missed >= 0 && missed <= report.losses)
            #expect(part.sum("system.network.connection.count") == 0)
        }

        @Test func `an agent of the node and two of namespaces beside it are each right, and different`() throws {
            let ids = [ContainerNames.id(), ContainerNames.id()]
            let (texts, reports, node) = try withoutLosses {
                let told = try beside(ids)
                return (told, told.node.losses)
            }
            for (number, id) in ids.enumerated() {
                let part = try #require(node.workload("container.id=\(id)"))
                for report in [reports[number], part] {
                    #expect(report.stock("established") == 2 * (3 + number))
                    #expect(report.transitions("syn_sent", "established") == 5 + number)
                    #expect(report.sum("tcplens.resets", "network.io.direction=transmit") == 2)
                }
            }
            let resources = texts.flatMap { $0.matches(of: /(?m)^Resource  (.*)$/).map { String($0.1) } }.map {
                WorkloadReport.Part(resource: $0, report: ConsoleReport(""))
            }
            let all = resources + node.machine + [node.agent]
            let instances = all.map {
                "\($0["service.namespace"] ?? "") \($0["service.name"] ?? "") \($0["service.instance.id"] ?? "")"
            }
            // Each agent of a namespace has two resources, and each is in one collection here.
            #expect(resources.count == 4)
            #expect(Set(instances).count == all.count, "\(instances)")
        }

        /// What two agents of namespaces print and report, and what one of the node reports.
        private func beside(_ ids: [String]) throws -> (texts: [String], reports: [ConsoleReport], node: WorkloadReport)
        {
            let traffic = [try Traffic(), try Traffic()]
            for (traffic, id) in zip(traffic, ids) { try tree.move(traffic, to: "/docker/\(id)") }
            let own = try traffic.map { try Agent(in: $0) }
            let node = try WorkloadAgent(in: Traffic(), WorkloadAgent.options("node"))
            for (number, traffic) in traffic.enumerated() {
                try traffic(
                    "listen 4 7001 128",
                    "connect a 4 7001 \(3 + number)",
                    "connect b 4 7001 2",
                    "reset b client"
                )
                try traffic("reset b server")
            }
            let texts = own.map(\.text)
            let reports = try own.map { try $0.end() }
            return (texts, reports, try node.end())
        }
    }
}
