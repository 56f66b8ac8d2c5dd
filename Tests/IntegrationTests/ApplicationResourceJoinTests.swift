import Foundation
import Testing

extension IntegrationTests {
    /// Metrics of real services and those of their connections, joined in real backends without any relabelling.
    @Suite(
        .enabled(
            if: Executable.canTestCollector && Executable.canTestBackends && Executable.canTestSDK,
            "skipped: no otelcol, backend or SDK"
        )
    )
    struct ApplicationResourceJoinTests {
        /// A backend that has the metrics of both.
        private struct Backend {
            let name: String
            let ask: (String) throws -> [QueryRow]
        }

        /// Services, an agent, and two backends: VictoriaMetrics gets OTLP from a Collector, and
        /// Prometheus scrapes the services and the agent.
        private final class Site {
            let backends: [Backend]
            let services: [String: WebService]
            private let traffic: Traffic
            private let tree: ControlGroupTree
            private let agent: RunningProcess
            private let collector: Collector

            /// The log of the agent.
            var log: String { agent.error }

            init() throws {
                let (traffic, tree) = (try Traffic(), try ControlGroupTree())
                (self.traffic, self.tree) = (traffic, tree)
                let victoriaMetrics = try VictoriaMetrics(in: traffic, "-opentelemetry.usePrometheusNaming")
                collector = try Collector(in: traffic, .init(next: VictoriaMetrics.endpoint))
                agent = try RunningProcess(
                    [Executable.tcplens, "run", "--attribution", "workload", "--interval", "1s"],
                    in: traffic,
                    environment: ["OTEL_METRICS_EXPORTER": "otlp,prometheus"]
                )
                var port = 8000
                func service(_ server: WebService.Server, _ environment: [String: String]) throws -> WebService {
                    port += 1
                    let group = "/system.slice/docker-\(ContainerNames.id()).scope"
                    try tree.make(group)
                    return try WebService(server, at: tree.directory(group), port: port, in: traffic, environment)
                }
                // Only the program itself knows which service it is, and the SDK makes the instance up.
                let own = [
                    "service.name": "checkout", "service.namespace": "shop", "deployment.environment.name": "prod",
                ]
                let resource = String(decoding: try JSONEncoder().encode(own), as: UTF8.self)
                let checkout = try service(.flask(publishes: true), ["RESOURCE": resource])
                let attributes = "service.namespace=shop,service.instance.id=cart-1,deployment.environment.name=prod"
                let cart = try service(
                    .flask(publishes: false),
                    ["OTEL_SERVICE_NAME": "cart", "OTEL_RESOURCE_ATTRIBUTES": attributes]
                )
                let alone = try service(.flask(publishes: false), ["OTEL_SERVICE_NAME": "alone"])
                let busy = try service(
                    .gunicorn(workers: 1, publishes: false),
                    ["OTEL_RESOURCE_ATTRIBUTES": "service.name=busy,service.instance.id=busy-1"]
                )
                services = ["checkout": checkout, "cart": cart, "alone": alone, "busy": busy]
                // More clients than the one worker of the last can serve.
                for service in [checkout, cart, alone] { try service.ask(milliseconds: 5) }
                try busy.ask(8, milliseconds: 100)
                let prometheus = try PrometheusServer(
                    scraping: "localhost:9464",
                    checkout.metrics,
                    cart.metrics,
                    alone.metrics,
                    busy.metrics,
                    in: traffic
                )
                backends = [
                    Backend(name: "VictoriaMetrics", ask: victoriaMetrics.rows),
                    Backend(name: "Prometheus", ask: prometheus.rows),
                ]
            }
        }

        @Test func `what a service measures and what is measured of its connections join, in both backends`() throws {
            let site = try Site()
            let (wait, rate) = (try JoinQuery("client-wait"), try JoinQuery("requests-per-connection"))
            let instance = try #require(site.services["checkout"]).instance()
            #expect(UUID(uuidString: instance) != nil, "the SDK has made it")
            let expected: [String: [String: String]] = [
                "checkout": ["service_namespace": "shop", "service_instance_id": instance],
                "cart": ["service_namespace": "shop", "service_instance_id": "cart-1"],
                "busy": ["service_instance_id": "busy-1"],
            ]
            for backend in site.backends {
                var rows: [String: QueryRow] = [:]
                do {
                    _ = try eventually("the join in \(backend.name)", within: .seconds(60)) {
                        Thread.sleep(forTimeInterval: 0.5)
                        let found = try backend.ask(wait.quick).filter { $0.value.isFinite }
                        rows = Dictionary(found.map { ($0.labels["service_name"] ?? "", $0) }) { $1 }
                        // Clients of the busy service wait for all that are in front of them.
                        let isComplete = Set(rows.keys).isSuperset(of: expected.keys)
                        return isComplete && rows["busy"]?.value ?? 0 > 0.5 ? true : nil
                    }
                } catch let timeout as Timeout {
                    let names = ["http_server_request_duration_seconds_count", "tcplens_handshakes_total"]
                    let answers = try names.map { name in
                        try backend.ask("count by (service_name, service_instance_id) (\(name))")
                    }
                    throw Timeout(description: "\(timeout): \(rows); \(answers); \(site.log)")
                }
                for (name, labels) in expected {
                    let row = try #require(rows[name])
                    let route = ["service_name": name, "http_route": "/cart/<int:milliseconds>"]
                    #expect(row.labels == labels.merging(route) { $1 }, "\(backend.name)")
                }
                #expect(rows["cart"]?.value ?? .infinity < 0.5, "\(backend.name): \(rows)")
                // By its own account the busy service answers in time.
                let own = try backend.ask(
                    #"histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket{service_name="busy"}[30s])))"#
                )
                #expect(own.first?.value ?? .infinity < 0.5, "\(backend.name): \(own)")

                // Its environment does not say which instance the SDK made up, so it is joined as a service.
                #expect(rows["alone"] == nil, "\(backend.name)")
                // Both rates are of nearly the same time only when they are older than their window.
                var services: [QueryRow] = []
                // Scrapes of the services are connections, too.
                var areRates: Bool { services.allSatisfy { $0.value > 0.3 && $0.value <= 1.5 } }
                _ = try? eventually("a request for each connection", within: .seconds(60)) {
                    services = try backend.ask(rate.quick)
                    return areRates ? true : nil
                }
                #expect(
                    Set(services.map { $0.labels["service_name"] }) == Set(site.services.keys),
                    "\(backend.name): \(services)"
                )
                #expect(areRates, "\(backend.name): \(services)")
                let environments = try backend.ask(
                    #"count by (service_name, tcplens_service_source) (tcplens_handshakes_total{deployment_environment_name="prod"})"#
                )
                #expect(
                    Set(environments.map(\.labels)) == [
                        ["service_name": "checkout", "tcplens_service_source": "process_context"],
                        ["service_name": "cart", "tcplens_service_source": "environment"],
                    ],
                    "\(backend.name)"
                )
            }
        }
    }
}
