import Foundation
import Testing

extension IntegrationTests {
    /// Real containers of podman and runc, each of which is a resource.
    @Suite(.enabled(if: Executable.canTestContainers, "skipped: no podman; fetch-containers gets it"))
    struct ContainerTests {
        private let traffic: Traffic
        private let tree: ControlGroupTree
        private let engine: ContainerEngine

        init() throws {
            traffic = try Traffic()
            tree = try ControlGroupTree()
            engine = try ContainerEngine(in: traffic, tree)
        }

        /// What the containers of a test are to be counted for.
        private struct Expected {
            var id: String
            var attributes: [String] = []
            var listens = false
            var kept = 0
            var reset = 0
        }

        private func expect(_ report: WorkloadReport, _ containers: [Expected]) {
            for container in containers {
                let found = report.workloads.filter { $0.has(["container.id=\(container.id)"] + container.attributes) }
                #expect(found.count == 1, "\(report.workloads.map(\.resource))")
                guard let told = found.first?.report else { continue }
                let connections = container.kept + container.reset
                #expect(told.stock("established") == container.kept)
                #expect(told.stock("listen") == (container.listens ? 1 : 0))
                let role = container.listens ? "server" : "client"
                #expect(told.sum("tcplens.handshakes", "tcplens.connection.role=\(role)") == connections)
                #expect(told.sum("tcplens.handshakes") == connections)
                let io = container.listens ? "receive" : "transmit"
                #expect(told.sum("tcplens.connection.io", "network.io.direction=\(io)") == 10 * container.kept)
                let resets = container.listens ? "receive" : "transmit"
                #expect(told.sum("tcplens.resets", "network.io.direction=\(resets)") == container.reset)
            }
            #expect(report.workloads.count == containers.count, "\(report.workloads.map(\.resource))")
        }

        /// Waits until this many connections are there that stay, and takes the last collection.
        private func finish(_ agent: WorkloadAgent, established: Int) throws -> WorkloadReport {
            _ = try eventually("the connections", within: .seconds(60)) {
                let report = agent.reports.last
                return report?.sum { $0.stock("established") } == established ? true : nil
            }
            // Those that are reset come last.
            for _ in 0..<3 { try agent.waitForCollections() }
            let report = try agent.end()
            #expect(report.losses == 0)
            return report
        }

        @Test func `a container with a server and one with a client are two resources`() throws {
            let agent = try WorkloadAgent(in: traffic, WorkloadAgent.options("self"))
            let server = try engine.start("serve", "7001")
            _ = try eventually("the server") { agent.reports.last?.sum { $0.stock("listen") } == 1 ? true : nil }
            let client = try engine.start("ask", "7001", "4", "3")
            let podman = "container.runtime.name=podman"
            expect(
                try finish(agent, established: 8),
                [
                    Expected(id: server, attributes: [podman], listens: true, kept: 4, reset: 3),
                    Expected(id: client, attributes: [podman], kept: 4, reset: 3),
                ]
            )
        }

        @Test func `two containers of a pod are two resources, in the node's scope too`() throws {
            let agent = try WorkloadAgent(in: Traffic(), WorkloadAgent.options("node"))
            let pod = try engine.pod()
            let server = try engine.start(in: pod, "serve", "7001")
            _ = try eventually("the server") {
                agent.reports.last?.workload("container.id=\(server)")?.stock("listen") == 1 ? true : nil
            }
            let client = try engine.start(in: pod, "ask", "7001", "5", "2")
            _ = try eventually("the connections") {
                agent.reports.last?.workload("container.id=\(client)")?.stock("established") == 5 ? true : nil
            }
            for _ in 0..<3 { try agent.waitForCollections() }
            var report = try agent.end()
            report.workloads = report.workloads.filter { [server, client].contains($0["container.id"]) }
            expect(
                report,
                [
                    Expected(id: server, listens: true, kept: 5, reset: 2), Expected(id: client, kept: 5, reset: 2),
                ]
            )
        }

        @Test func `containers of runc at the paths of the kubelet are those of a pod`() throws {
            let agent = try WorkloadAgent(in: traffic, WorkloadAgent.options("self"))
            let (uid, server, client) = (ContainerNames.uid(), ContainerNames.id(), ContainerNames.id())
            try engine.start(server, at: "/kubepods/burstable/pod\(uid)/\(server)", "serve", "7001")
            _ = try eventually("the server") { agent.reports.last?.sum { $0.stock("listen") } == 1 ? true : nil }
            try engine.start(client, at: "/kubepods/burstable/pod\(uid)/\(client)", "ask", "7001", "6", "1")
            let pod = ["k8s.pod.uid=\(uid)", "tcplens.k8s.pod.qos_class=Burstable"]
            expect(
                try finish(agent, established: 12),
                [
                    Expected(id: server, attributes: pod, listens: true, kept: 6, reset: 1),
                    Expected(id: client, attributes: pod, kept: 6, reset: 1),
                ]
            )
        }
    }
}
