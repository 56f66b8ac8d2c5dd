import Foundation
import Testing

extension IntegrationTests {
    /// Whose sockets: real cgroups of every naming scheme, and processes in them that talk to each other.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct WorkloadTests {
        /// In the scope of the namespace, what is counted for all workloads and the host is the whole namespace's.
        @Test(arguments: ["self", "node"])
        func `each socket counts for the cgroup of the process that made it`(scope: String) throws {
            let attempt = try withoutLosses {
                let ring = try WorkloadRing(scope)
                return (ring, ring.report.losses + (ring.wentAsPlanned ? 0 : 1))
            }
            let report = attempt.report
            for member in attempt.members.indices {
                let naming = attempt.members[member]
                let found = report.workloads.filter { $0.has(naming.attributes) }
                #expect(found.count == 1, "\(naming.path) is \(found.count) resources")
                guard let part = found.first else { continue }
                attempt.expect(part.report, of: member)
                // What is known of it is not more than its path says.
                let isContainer = naming.attributes.contains { $0.hasPrefix("container.id=") }
                #expect((part["container.id"] != nil) == isContainer, "\(naming.path)")
                let isInPod = naming.attributes.contains { $0.hasPrefix("k8s.pod.uid=") }
                #expect((part["k8s.pod.uid"] != nil) == isInPod, "\(naming.path)")
            }
            #expect(
                Set(report.machine.map { "\($0["service.name"] ?? "") \($0["service.instance.id"] ?? "")" }).count
                    == report.machine.count
            )
            let drift = report.agent.report.sum("tcplens.stock.drift")
            guard scope == "self" else { return }
            #expect(drift == 0)
            #expect(report.workloads.count == attempt.members.count)
            #expect(report.stocks == attempt.stocks)
            #expect(report.sum { $0.transitions("closed", "syn_sent") } == attempt.counted("TcpActiveOpens"))
            #expect(
                report.sum {
                    $0.sum("tcplens.handshakes", "tcplens.connection.role=server")
                        - $0.failures("tcplens.connection.role=server")
                }
                    == attempt.counted("TcpPassiveOpens")
            )
            #expect(
                report.sum { $0.sum("tcplens.resets", "network.io.direction=transmit") }
                    == attempt.counted("TcpOutRsts")
            )
            // The process of the namespace is in no workload.
            #expect(report.host.report.stock("established") == 2 * 5)
            #expect(report.host.report.stock("listen") == 1)
        }

        @Test func `cgroups of one container are one workload, and those of a unit`() throws {
            let (id, name) = (ContainerNames.id(), "t\(ContainerNames.digits())")
            let user = "/user.slice/user-1000.slice/user@1000.service/app.slice/\(name).service"
            let groups = [
                "/docker/\(id)", "/docker/\(id)/init", "/docker/\(id)/system.slice/cron.service",
                "/system.slice/\(name).service", "/system.slice/\(name).service/worker",
                user, "\(user)/worker",
            ]
            let report = try withoutLosses {
                let report = try nested(groups)
                return (report, report.losses)
            }
            #expect(report.workloads.count == 3, "\(report.workloads.map(\.resource))")
            let expected = [
                ("container.id=\(id)", [0, 1, 2], [0, 2]),
                ("tcplens.systemd.unit.name=\(name).service", [3, 4], [3, 4]),
                ("tcplens.systemd.user.id=1000", [5, 6], [5, 6]),
            ]
            for (attribute, members, left) in expected {
                let others =
                    attribute.contains("unit")
                    ? report.workloads.filter { $0["tcplens.systemd.user.id"] == nil } : report.workloads
                let part = try #require(others.first { $0.has([attribute]) }?.report, "\(attribute)")
                let made = members.reduce(0) { $0 + 1 << $1 + 2 }
                #expect(part.transitions("syn_sent", "established") == made, "\(attribute)")
                #expect(part.stock("established") == left.reduce(0) { $0 + 2 << $1 }, "\(attribute)")
                #expect(part.stock("listen") == left.count, "\(attribute)")
                let closed = part.histogram("tcplens.connection.duration", "tcplens.connection.role=client")?.count
                #expect(closed == 2 * members.count + (members.contains(1) ? 2 : 0), "\(attribute)")
            }
        }

        /// What is reported of these groups: the second one ends.
        private func nested(_ groups: [String]) throws -> WorkloadReport {
            let (tree, traffic) = (try ControlGroupTree(), try Traffic())
            let processes = try groups.map { path in
                let process = try Traffic(in: traffic)
                try tree.move(process, to: path)
                return process
            }
            let agent = try WorkloadAgent(in: traffic, WorkloadAgent.options("self"))
            for (number, process) in processes.enumerated() {
                let (port, count) = (7100 + number, 1 << number)
                try process("listen 4 \(port) 128", "connect a 4 \(port) \(count)", "connect b 4 \(port) 2")
                try process("reset b client", "reset b server")
            }
            try traffic.settle()
            try agent.waitForCollections()
            // A worker ends, and its cgroup with it. What it did remains the container's.
            try processes[1]("reset a client", "reset a server", "unlisten 7101")
            try tree.move(processes[1], to: groups[0])
            tree.remove(groups[1])
            for _ in 0..<5 { try agent.waitForCollections() }
            return try agent.end()
        }

        /// A cgroup may be younger than the list of cgroups that a collection begins with, and have sockets before the
        /// collection ends.
        @Test func `a cgroup that is made during a collection is known`() throws {
            let (tree, traffic) = (try ControlGroupTree(), try Traffic())
            let agent = try WorkloadAgent(in: traffic, WorkloadAgent.options("self", interval: "50ms"))
            let processes = try (0..<60).map { _ in try Traffic(in: traffic) }
            let ids = processes.map { _ in ContainerNames.id() }
            for (number, process) in processes.enumerated() {
                try tree.move(process, to: "/docker/\(ids[number])")
                try process("listen 4 \(7100 + number) 128", "sleep 7")
            }
            try agent.waitForCollections(4)
            let report = try agent.end()
            #expect(report.sum { $0.stock("listen") } == ids.count)
            let told = ids.filter { report.workload("container.id=\($0)")?.stock("listen") == 1 }
            #expect(told.count == ids.count, "the others count for the host")
        }

        /// The agent makes room for cgroups as they come.
        ///
        /// Until there is room, they are counted together.
        @Test(arguments: [true, false])
        func `more cgroups than there was room for are told apart`(areOlder: Bool) throws {
            let ids = (0..<100).map { _ in ContainerNames.id() }
            let report = try withoutLosses {
                let report = try crowd(ids, areOlder: areOlder)
                return (report, report.losses)
            }
            #expect(report.sum { $0.stock("listen") } == ids.count)
            #expect(report.sum { $0.transitions("established", "closed") } == 4 * ids.count)
            #expect(report.sum { $0.transitions("closed", "syn_sent") } == (areOlder ? 0 : 2 * ids.count))
            let told = ids.filter { id in
                let part = report.workload("container.id=\(id)")
                return part?.stock("listen") == 1 && part?.transitions("established", "closed") == 4
            }
            #expect(told.count == ids.count, "the others are in the overflow")
            // Rows that were made for the sockets that were there before are enough for all of them.
            if areOlder { #expect(report.workloads.count == ids.count) }
        }

        /// What is reported of many containers, whose sockets are older or younger than the agent.
        private func crowd(_ ids: [String], areOlder: Bool) throws -> WorkloadReport {
            let (tree, traffic) = (try ControlGroupTree(), try Traffic())
            let options = WorkloadAgent.options("self", interval: "500ms")
            var agent = areOlder ? nil : try WorkloadAgent(in: traffic, options)
            let processes = try ids.map { id in
                let process = try Traffic(in: traffic)
                try tree.move(process, to: "/docker/\(id)")
                return process
            }
            // Without an answer each is a moment later, and there could be several collections meanwhile.
            for (number, process) in processes.enumerated() {
                try process.tell("listen 4 \(7100 + number) 128\nconnect a 4 \(7100 + number) 2")
            }
            for process in processes {
                try process.expectAnswer()
                try process.expectAnswer()
            }
            if areOlder { agent = try WorkloadAgent(in: traffic, options) }
            for _ in 0..<4 { try agent?.waitForCollections() }
            for process in processes { try process("reset a client", "reset a server") }
            return try #require(try agent?.end())
        }
    }
}
