import Foundation
import Testing

extension IntegrationTests {
    /// Stocks and flows are counted separately, so each can be checked against the other.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ConservationTests {
        /// How many processes make connections at once, and how many each makes.
        private static let (processes, connections) = (4, 51_000)

        @Test func `over 200 000 connections, arrivals less departures are the growth of the stocks`() throws {
            let traffic = try Traffic()
            // TIME_WAIT would use up the ports.
            try traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=1000"])
            try traffic.configure(["sysctl", "-qw", "net.ipv4.ip_local_port_range=10000 65000"])
            try traffic("listen 4 7001 128", "connect before 4 7001 11", "connect half 4 7001 3")
            let agent = try Agent(in: traffic)
            let churners = try (0..<Self.processes).map { index in
                let churner = try Traffic(in: traffic)
                try churner("listen \(index % 2 == 0 ? 4 : 6) \(8000 + index) 128")
                return churner
            }
            // A churner answers only when it is done, so they all work at the same time.
            for (index, churner) in churners.enumerated() {
                try churner.tell("churn \(index % 2 == 0 ? 4 : 6) \(8000 + index) \(Self.connections)")
            }
            try traffic("shutdown half client", "reset before client", "connect after 4 7001 7")
            for _ in 0..<13 {
                _ = try traffic.ask("dial 4 127.0.0.1 9")
            }
            for churner in churners {
                try churner.expectAnswer()
            }
            try traffic.settle()
            let report = try agent.end()

            let made = Self.processes * Self.connections
            #expect(made >= 200_000)
            // Events for which the kernel ran no program are counted late, so the counts are exact.
            #expect(report.transitions("closed", "syn_sent") == made + 7 + 13)
            #expect(report.transitions("syn_sent", "established") == made + 7)
            #expect(report.transitions("syn_received", "established") == made + 7)
            #expect(report.transitions("listen", "syn_received") == made + 7)
            #expect(report.transitions("syn_sent", "closed") == 13)
            #expect(report.sum("tcplens.handshakes", "error.type=refused") == 13)
            // Of three connections two are closed and one is reset.
            #expect(report.transitions("established", "fin_wait_1") == made / 3 * 2 + 3)
            #expect(report.transitions("established", "closed") == made / 3 * 2 + 22)

            for state in ["established", "syn_sent", "fin_wait_1", "close_wait", "last_ack", "closing"] {
                let drift = report.sum("tcplens.stock.drift", "network.connection.state=\(state)")
                #expect(drift == 0, "\(state): the flows predict \(drift) more than there are")
            }
            #expect(report.stock("established") == 2 * 7)
            #expect(report.stock("close_wait") == 3)
        }

        @Test func `an agent that starts and ends in the middle of it counts what there is`() throws {
            let traffic = try Traffic()
            try traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=1000"])
            try traffic("listen 4 7001 128", "listen 4 7002 128", "connect a 4 7001 9")
            let churner = try Traffic(in: traffic)
            try churner("listen 4 8000 128")
            try churner.tell("churn 4 8000 20000")
            for _ in 0..<3 {
                let options = ["--attributes", "network.local.port,network.peer.port"]
                let report = try Agent(in: traffic, options).end()
                // The connections of the test do not change. The churner has one at a time, but a pass takes a while,
                // so it may count one connection and then the next one as well.
                #expect(report.stock("established", "network.local.port=7001") == 9)
                #expect(report.stock("established", "network.peer.port=7001") == 9)
                #expect(report.stock("listen") == 3)
            }
            try churner.expectAnswer()
        }

        @Test func `a namespace that ends with its sockets leaves nothing behind`() throws {
            let own = try Traffic()
            let agent = try Agent(in: own)
            var other: Traffic? = try Traffic()
            try other?("listen 4 7001 128", "connect a 4 7001 50")
            other = nil
            let report = try agent.end()
            #expect(report.stock("established") == 0)
            #expect(report.sum("tcplens.stock.drift") == 0)
        }

        @Test func `sockets without a connection do not count`() throws {
            let traffic = try Traffic()
            let agent = try Agent(in: traffic)
            try traffic("open a 4 20", "open b 6 20", "close a client", "close b client")
            let report = try agent.end()
            #expect(report.sum("system.network.connection.count") == 0)
            #expect(report.count("tcplens.connection.transitions") == 0)
        }
    }
}
