import Foundation
import Testing

extension TrafficIntegrationTests {
    /// Durations of states, handshakes and round trips, compared with the clock of the test.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct DurationTests {
        @Test(arguments: [10, 100, 1000, 5000])
        func `the duration of a state is in the right bucket`(milliseconds: Int) throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 128")
            let agent = try Agent(in: traffic, exponential: true)
            let clock = ContinuousClock()
            let start = clock.now
            try traffic("connect a 4 7001 1", "sleep \(milliseconds)", "reset a client")
            let limit = Double((clock.now - start) / .nanoseconds(1)) / 1e9
            let report = try agent.end()
            let state = "network.connection.state=established"
            let held = try #require(report.histogram("tcplens.connection.state.duration", state))
            #expect(held.count == 2)
            let mean = held.sum / 2
            #expect(mean >= Double(milliseconds) / 1000 && mean <= limit)
            #expect(held.lower < mean && mean <= held.upper)
            // One bucket, or two neighbours if a bound lies between the ends: 9 % wide each.
            #expect(held.upper / held.lower < 1.2)
            let whole = try #require(
                report.histogram("tcplens.connection.duration", "tcplens.connection.role=client")
            )
            #expect(whole.count == 1)
            #expect(whole.sum >= Double(milliseconds) / 1000 && whole.sum <= limit)
        }

        @Test(arguments: [
            // The state begins with an acknowledgement, which may be delayed by 40 ms.
            (["shutdown a client", "sleep 300", "close a client"], "fin_wait_2", 0.25),
            (["shutdown a client", "sleep 300", "close a server"], "fin_wait_2", 0.25),
            // The kernel's timer keeps the socket for the time beyond 60 seconds, the life of a TIME_WAIT socket
            // (TCP_TIMEWAIT_LEN).
            (["net.ipv4.tcp_fin_timeout=61", "close a client", "sleep 1500"], "fin_wait_2", 1),
            // A system call ends it, because the peer's acknowledgements are lost.
            (
                ["shutdown a client", "sleep 50", "drop", "shutdown a server", "sleep 300", "reset a server"],
                "last_ack", 0.3
            ),
        ])
        func `the duration of the last state is recorded, however the connection ends`(
            steps: [String],
            state: String,
            seconds: Double
        )
            throws
        {
            let traffic = try Traffic()
            try traffic("listen 4 7001 128", "connect a 4 7001 1")
            let agent = try Agent(in: traffic, exponential: true)
            let clock = ContinuousClock()
            let start = clock.now
            for step in steps {
                if step == "drop" {
                    try traffic.drop("tcp dport 7001")
                } else if step.hasPrefix("net.") {
                    try traffic.configure(["sysctl", "-qw", step])
                } else {
                    try traffic(step)
                }
            }
            let limit = Double((clock.now - start) / .nanoseconds(1)) / 1e9
            let report = try agent.end()
            let held = try #require(
                report.histogram("tcplens.connection.state.duration", "network.connection.state=\(state)")
            )
            #expect(held.count == 1)
            #expect(held.sum >= seconds)
            #expect(held.sum <= limit)
        }

        @Test func `a handshake whose SYN is lost takes a timeout longer for the client, and not for the server`()
            throws
        {
            let traffic = try Traffic()
            try traffic("listen 4 7001 128")
            let agent = try Agent(in: traffic)
            // The quota is used up by the first SYN, so only that one is dropped.
            try traffic.drop("tcp dport 7001 tcp flags & (syn | ack) == syn quota until 61 bytes")
            try traffic("connect a 4 7001 1")
            let report = try agent.end()
            let client = try handshake("client", report)
            let server = try handshake("server", report)
            #expect(client.sum > 0.9 && client.sum < 2)
            #expect(server.sum < 0.5)
            #expect(report.sum("tcplens.retransmits", "tcplens.retransmit.type=syn") == 1)
            #expect(report.sum("tcplens.retransmits", "tcplens.retransmit.type=syn_ack") == 0)
        }

        @Test func `a handshake whose SYN-ACK is lost takes a timeout longer for both`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 128")
            let agent = try Agent(in: traffic)
            try traffic.drop("tcp sport 7001 tcp flags & (syn | ack) == (syn | ack) quota until 61 bytes")
            try traffic("connect a 4 7001 1")
            let report = try agent.end()
            let client = try handshake("client", report)
            let server = try handshake("server", report)
            #expect(client.sum > 0.9 && client.sum < 2)
            #expect(server.sum > 0.9 && server.sum < 2)
            #expect(report.sum("tcplens.retransmits", "tcplens.retransmit.type=syn_ack") >= 1)
        }

        @Test func `round-trip times are seconds, and fractions of a millisecond survive`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 128", "connect idle 4 7001 10", "connect a 4 7001 10")
            let agent = try Agent(in: traffic)
            try traffic("send a client 100", "drain a server")
            let report = try agent.end()
            let rtt = try #require(report.histogram("tcplens.rtt", "network.type=ipv4"))
            // Both ends of ten connections; idle ones have no observation.
            #expect(rtt.count == 20)
            #expect(rtt.sum / 20 > 0.000_000_5 && rtt.sum / 20 < 0.01)
            #expect(rtt.lower < 0.001)
        }

        /// How long handshakes took, as one end saw them.
        private func handshake(_ role: String, _ report: ConsoleReport) throws -> ConsoleReport.Histogram {
            try #require(report.histogram("tcplens.handshake.duration", "tcplens.connection.role=\(role)"))
        }
    }
}
