import Foundation
import Testing

extension PeerIntegrationTests {
    /// What a dashboard shows while the agent, the Collector and the backend are restarted.
    @Suite(
        .enabled(if: Executable.canTestCollector && Executable.canTestBackends, "skipped: no otelcol or backend"),
        .enabled(if: Executable.takesLong, "apart: make test-backends runs it")
    )
    struct BackendRestartTests {
        /// A pipeline under a load that the test knows.
        private final class Site {
            let backend: Backend
            let collector: ShippedCollector?
            let started = Date().timeIntervalSince1970
            private(set) var agent: RunningProcess
            private let traffic: Traffic
            /// How many connections had been made, at which time.
            private(set) var made: [(time: Double, count: Int)] = []

            init(_ kind: Backend.Kind) throws {
                let traffic = try Traffic()
                let backend = try Backend(kind, in: traffic)
                self.traffic = traffic
                self.backend = backend
                collector = try backend.endpoint.map { endpoint in
                    let name = kind == .receiving ? "prometheus" : "node"
                    return try ShippedCollector(name, in: traffic, ["BACKEND_ENDPOINT": endpoint])
                }
                agent = try Self.agent(in: traffic, kind)
                self.kind = kind
                try traffic("listen 6 7001 128")
            }

            private let kind: Backend.Kind

            private static func agent(in traffic: Traffic, _ kind: Backend.Kind) throws -> RunningProcess {
                try RunningProcess(
                    [Executable.tcplens, "run", "--interval", "500ms"],
                    in: traffic,
                    environment: ["OTEL_METRICS_EXPORTER": kind == .scraping ? "prometheus" : "otlp"]
                )
            }

            /// Makes connections for some seconds, about 20 each second.
            func work(_ seconds: Double) throws {
                let end = Date().timeIntervalSince1970 + seconds
                while Date().timeIntervalSince1970 < end {
                    try traffic("churn 6 7001 6")
                    made.append((Date().timeIntervalSince1970, (made.last?.count ?? 0) + 6))
                    Thread.sleep(forTimeInterval: 0.3)
                }
            }

            /// Ends the agent, and starts another.
            func restart(by signal: Int32) throws {
                agent.signal(signal)
                agent.wait()
                try work(1)
                agent = try Self.agent(in: traffic, kind)
            }

            /// The most connections that were made in any `window` seconds.
            func most(in window: Double) -> Int {
                made.indices.map { last in
                    let before = made.last { $0.time < made[last].time - window }?.count ?? 0
                    return made[last].count - before
                }.max() ?? 0
            }
        }

        private static let counter =
            #"tcplens_handshakes_total{tcplens_connection_role="server",network_type="ipv6",error_type=""}"#

        @Test(arguments: Backend.Kind.here)
        func `restarts make no spike and no second target_info`(kind: Backend.Kind) throws {
            let site = try Site(kind)
            _ = try eventually("a first collection") { try site.backend.rows(Self.counter).first }
            try site.work(6)
            try site.restart(by: SIGTERM)
            try site.work(6)
            try site.restart(by: SIGKILL)
            try site.work(6)
            if let collector = site.collector {
                collector.stop()
                try site.work(3)
                try collector.start()
                try site.work(5)
            }
            site.backend.stop()
            try site.work(3)
            try site.backend.start()
            try site.work(6)
            let done = Date().timeIntervalSince1970
            _ = try eventually("what waited") {
                Thread.sleep(forTimeInterval: 0.2)
                return try site.backend.samples(Self.counter).last?.last?.time ?? 0 > done ? true : nil
            }
            let end = Date().timeIntervalSince1970
            let (backend, total) = (site.backend, Double(site.made.last?.count ?? 0))

            // One series over all restarts, which falls only when an agent begins.
            let series = try backend.samples(Self.counter)
            #expect(series.count == 1)
            let values = series.first?.map(\.value) ?? []
            let falls = zip(values, values.dropFirst()).filter { $0 > $1 }
            #expect(falls.count == 2, "\(values)")
            #expect(falls.allSatisfy { $1 <= 40 }, "an agent begins near zero: \(values)")
            // The most that can be seen, with what Prometheus adds at the edges of a range.
            for window in [5.0, 10] {
                let rates = try backend.values(
                    "sum(rate(\(Self.counter)[\(Int(window))s]))",
                    from: site.started,
                    to: end
                ).flatMap(\.self)
                let limit = Double(site.most(in: window + 1)) / window * 1.3
                #expect(rates.count > 15)
                #expect(rates.max() ?? .infinity <= limit, "\(window): \(rates.max() ?? 0) of \(limit)")
                #expect(rates.min() ?? -1 >= 0)
                #expect(rates.max() ?? 0 > limit / 4, "the load is seen")
            }
            let increase = try backend.rows("increase(\(Self.counter)[\(Int(end - site.started))s])").first?.value ?? 0
            #expect(increase <= total * 1.05 && increase > total * 0.6, "\(increase) of \(total)")

            try expectOneTargetInfo(site, kind, to: end)
        }

        /// Checks that joins with the resource have worked all the time, for what is observed and for the agent itself.
        private func expectOneTargetInfo(_ site: Site, _ kind: Backend.Kind, to end: Double) throws {
            let backend = site.backend
            guard kind != .victoriaMetrics else {
                #expect(try backend.samples("target_info").isEmpty, "its labels are on every series")
                return
            }
            let most = try backend.values(
                "max(count by (job, instance) (target_info))",
                from: site.started,
                to: end
            ).flatMap(\.self)
            #expect(most.count > 20)
            #expect(Set(most) == [1])
            for metric in [Self.counter, "process_cpu_time_seconds_total"] {
                let join = "\(metric) * on (job, instance) group_left (host_name) target_info"
                // Many-to-many matching would be an error.
                #expect(try !backend.values(join, from: site.started, to: end).isEmpty, "\(metric)")
            }
        }
    }
}
