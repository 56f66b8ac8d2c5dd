import Foundation
import Testing

extension IntegrationTests {
    /// Workloads that end: their last values arrive, their series end, and what they used comes back.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct WorkloadEndTests {
        /// An agent that exports to a sink beside it.
        private struct Export {
            let traffic: Traffic
            let sink: Sink
            let agent: RunningProcess

            init() throws {
                traffic = try Traffic()
                sink = try Sink("--format", "json", in: traffic)
                agent = try RunningProcess(
                    [Executable.tcplens, "run"] + WorkloadAgent.options("self", interval: "200ms"),
                    in: traffic,
                    environment: ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": sink.endpoint]
                )
                _ = try sink.requests(1)
            }

            /// What was exported of a container, by request; nil where there was nothing.
            func history(of id: String) throws -> [ExportedResource?] {
                try sink.resources().map { request in
                    let found = request.filter { $0.attributes["container.id"] == id }
                    #expect(found.count <= 1)
                    return found.first
                }
            }

            /// Waits until the last request has nothing of a container.
            func waitForEnd(of id: String) throws {
                _ = try eventually("the workload to be gone") {
                    let history = try history(of: id)
                    // It was there before.
                    let isGone = (history.last ?? nil) == nil
                    return isGone && history.contains { $0 != nil } ? true : nil
                }
            }
        }

        @Test func `a workload that ends is exported once more, then its series end`() throws {
            let (export, tree, id) = (try Export(), try ControlGroupTree(), ContainerNames.id())
            var process: Traffic? = try Traffic(in: export.traffic)
            try process.map { try tree.move($0, to: "/docker/\(id)") }
            try process?("listen 4 7001 128", "connect a 4 7001 3", "connect b 4 7001 4", "send a client 10")
            _ = try eventually("its connections") {
                let last = try export.history(of: id).last ?? nil
                let state = "network.connection.state=established"
                return last?.sum("system.network.connection.count", state) == 14 ? true : nil
            }
            try process?("reset a client", "reset a server", "reset b client", "reset b server")
            try process?("connect c 4 7001 5", "reset c client", "reset c server", "unlisten 7001")
            process = nil
            tree.remove("/docker/\(id)")
            try export.waitForEnd(of: id)

            let seen = try export.history(of: id).compactMap(\.self)
            let (last, before) = (try #require(seen.last), try #require(seen.dropLast().last))
            #expect(last.points.allSatisfy { $0.isEnd })
            #expect(before.points.contains { !$0.isEnd })
            // Its last values are those of its whole life.
            #expect(before.transitions("syn_sent", "established") == 12)
            #expect(before.sum("system.network.connection.count") == 0)
            #expect(before.sum("tcplens.connection.io", "network.io.direction=transmit") == 30)
            func key(_ point: ExportedResource.Point) -> String { "\(point.metric) \(point.attributes.sorted())" }
            #expect(Set(last.points.map(key)) == Set(before.points.filter { !$0.isEnd }.map(key)))
            let ended = seen.filter { $0.points.allSatisfy(\.isEnd) }
            #expect(ended.count == 1)
        }

        @Test func `sockets in TIME_WAIT keep a workload until they end`() throws {
            let (export, tree, id) = (try Export(), try ControlGroupTree(), ContainerNames.id())
            var process: Traffic? = try Traffic(in: export.traffic)
            try process.map { try tree.move($0, to: "/docker/\(id)") }
            try process?("listen 4 7001 128", "connect a 4 7001 6", "close a client", "close a server", "unlisten 7001")
            process = nil
            tree.remove("/docker/\(id)")
            let count = try export.sink.resources().count
            _ = try export.sink.requests(count + 8)
            let last = try #require(try export.history(of: id).last ?? nil)
            #expect(last.sum("system.network.connection.count", "network.connection.state=time_wait") == 6)
            #expect(last.sum("system.network.connection.count") == 6)
            _ = try run(["ss", "-KHtan", "state", "time-wait"], in: export.traffic)
            try export.waitForEnd(of: id)
        }

        @Test func `a workload with the name of one that ended begins anew`() throws {
            let (export, tree, id) = (try Export(), try ControlGroupTree(), ContainerNames.id())
            var starts: [UInt64] = []
            for count in [5, 3] {
                let begin = UInt64(Date().timeIntervalSince1970 * 1e9)
                var process: Traffic? = try Traffic(in: export.traffic)
                try process.map { try tree.move($0, to: "/docker/\(id)") }
                try process?("listen 4 7001 128", "connect a 4 7001 \(count)")
                let found = try eventually("its connections") {
                    let last = try export.history(of: id).last ?? nil
                    return last?.transitions("syn_sent", "established") == count ? last : nil
                }
                let own = Set(
                    found.points.filter { $0.metric == "tcplens.connection.transitions" && !$0.isEnd }
                        .compactMap(\.start)
                )
                #expect(own.count == 1)
                starts += own
                #expect((own.first ?? 0) + 2_000_000_000 > begin, "it began before it was there")
                #expect((own.first ?? .max) <= found.points.map(\.time).max() ?? 0)
                try process?("reset a client", "reset a server", "unlisten 7001")
                process = nil
                tree.remove("/docker/\(id)")
                try export.waitForEnd(of: id)
            }
            #expect(starts.count == 2 && starts[0] < starts[1])
        }

        /// Each cgroup makes a different number of connections, and is gone at once.
        @Test func `of 300 workloads with a limit of 20, nothing is lost or counted twice`() throws {
            let unusual = try UnusualTraffic("workloads.py")
            let options = WorkloadAgent.options("self", interval: "500ms") + ["--workload-limit", "20"]
            let agent = try WorkloadAgent(in: unusual.traffic, options)
            var memory: [Int] = []
            var made = 0
            for _ in 0..<2 {
                made += try #require(try unusual("one_after_the_other")["connections"])
                for _ in 0..<6 { try agent.waitForCollections(1) }
                memory.append(try agent.residentMemory())
                #expect(try rows(of: agent) == 0, "rows of ended cgroups")
            }
            let blocks = try agent.kernelMemory()
            let reports = agent.reports + [try agent.end()]
            let last = try #require(reports.last)
            try #require(last.losses == 0)
            #expect(last.sum { $0.stock("established") + $0.stock("listen") } == 0)

            var told: [String: Int] = [:]
            for part in reports.flatMap(\.machine) {
                let key = part["container.id"] ?? part.resource
                told[key] = part.report.transitions("closed", "syn_sent")
            }
            #expect(told.values.reduce(0, +) == made)
            #expect(reports.allSatisfy { $0.workloads.filter { $0["container.id"] == nil }.count <= 1 })
            #expect(reports.allSatisfy { $0.workloads.count <= 21 })
            #expect(last.workloads.count == 1, "\(last.workloads.map(\.resource))")
            let overflow = last.workloads.first?.report.transitions("closed", "syn_sent") ?? 0
            #expect(overflow > 0 && overflow < made)
            #expect(told.count > 22, "no workload had room again")
            #expect(memory[1] < memory[0] + 4096, "KiB resident after each half: \(memory)")
            #expect(blocks < 64 << 20)
        }

        /// How many cgroups have a row in the kernel.
        private func rows(of agent: WorkloadAgent) throws -> Int {
            let own = try agent.maps()
            let maps = try JSONSerialization.jsonObject(with: Data(run(["bpftool", "-j", "map", "list"]).output.utf8))
            let rows = (maps as? [NSDictionary] ?? []).first { map in
                map["name"] as? String == "tcp_rows" && own.contains(map["id"] as? Int ?? 0)
            }
            let id = try #require(rows?["id"] as? Int)
            let dump = try run(["bpftool", "-j", "map", "dump", "id", "\(id)"]).output
            return (try JSONSerialization.jsonObject(with: Data(dump.utf8)) as? [NSDictionary] ?? []).count
        }
    }
}
