import Foundation
import Testing

extension IntegrationTests {
    /// The recipe of `deploy/README.md`: the latency of a service over HTTP beside the state of its connections.
    @Suite(
        .enabled(
            if: Executable.canTestCollector && Executable.canTestBackends && Executable.canTestSDK,
            "skipped: no otelcol, backend or SDK"
        )
    )
    struct BackendJoinTests {
        @Test func `the page shows the query that is tested`() throws {
            let page = try String(contentsOf: BackendPage.root.appending(path: "deploy/README.md"), encoding: .utf8)
            let lines = try JoinQuery("http-beside-tcp").text.split(separator: "\n").map { "    \($0)\n" }
            #expect(page.contains(lines.joined()))
        }

        @Test(arguments: Backend.Kind.here.filter { $0 != .scraping })
        func `one query has the requests of a service and all signals of its connections`(kind: Backend.Kind) throws {
            let (traffic, tree) = (try Traffic(), try ControlGroupTree())
            let backend = try Backend(kind, in: traffic)
            let collector = try ShippedCollector(
                kind == .receiving ? "prometheus" : "node",
                in: traffic,
                ["BACKEND_ENDPOINT": try #require(backend.endpoint)]
            )
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--attribution", "workload", "--interval", "1s"],
                in: traffic
            )
            let group = "/system.slice/docker-\(ContainerNames.id()).scope"
            try tree.make(group)
            let attributes = "service.namespace=shop,service.instance.id=cart-1"
            let service = try WebService(
                .flask(publishes: false),
                at: tree.directory(group),
                port: 8001,
                in: traffic,
                ["OTEL_SERVICE_NAME": "cart", "OTEL_RESOURCE_ATTRIBUTES": attributes]
            )
            try service.ask(milliseconds: 100)
            let query = try JoinQuery("http-beside-tcp").quick
            let signals = query.matches(of: /"signal", "([^"]*)"/).map { String($0.1) }
            #expect(signals.count == 6)
            var rows: [String: Double] = [:]
            do {
                _ = try eventually("all signals", within: .seconds(60)) {
                    Thread.sleep(forTimeInterval: 0.5)
                    let found = try backend.rows(query).filter { row in
                        row.labels["service_name"] == "cart" && row.labels["service_namespace"] == "shop"
                            && row.value.isFinite
                    }
                    rows = Dictionary(found.map { ($0.labels["signal"] ?? "", $0.value) }) { $1 }
                    return Set(rows.keys) == Set(signals) ? true : nil
                }
            } catch let timeout as Timeout {
                throw Timeout(description: "\(timeout): \(rows); \(agent.error.suffix(1000))")
            }
            #expect(rows[signals[0]] ?? 0 > 0.1, "the service takes that long: \(rows)")
            #expect(rows[signals[1]] ?? 1 < 0.05, "and the network does not: \(rows)")
            withExtendedLifetime((agent, collector, service)) {}
        }
    }
}
