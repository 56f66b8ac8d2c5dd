import Foundation
import Testing

extension IntegrationTests {
    /// `trace` when more happens than it can print: events that are not shown are counted.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct TraceRateTests {
        /// How many processes make connections at once, and how many each.
        ///
        /// Of three, two are closed and one is reset.
        private static let (processes, connections) = (2, 60_000)
        /// The changes of both ends of all connections, and of the listeners that begin and end.
        private static let made = processes * connections / 3 * (10 + 10 + 6) + 2 * processes

        private func churn(in traffic: Traffic) throws {
            let churners = try (0..<Self.processes).map { index in
                let churner = try Traffic(in: traffic)
                try churner("listen \(index % 2 == 0 ? 4 : 6) \(8000 + index) 128")
                return churner
            }
            for (index, churner) in churners.enumerated() {
                try churner.tell("churn \(index % 2 == 0 ? 4 : 6) \(8000 + index) \(Self.connections)")
            }
            for churner in churners {
                try churner.expectAnswer()
            }
            try traffic.settle()
        }

        /// Traces connections and counts them independently; both must agree.
        private func trace(_ options: [String]) throws -> (lines: [Substring], lost: Int, log: String) {
            let traffic = try Traffic()
            // TIME_WAIT would use up the ports.
            try traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=1000"])
            try traffic.configure(["sysctl", "-qw", "net.ipv4.ip_local_port_range=10000 65000"])
            let agent = try Agent(in: traffic)
            let tracer = try Tracer(in: traffic, options)
            try churn(in: traffic)
            let lines = try tracer.lines()
            let report = try agent.end()
            let (written, lost) = try tracer.summary()
            #expect(written == lines.count)
            // Events for which the kernel runs no program at all are missing in both. The agent finds them later by
            // what it remembers of a connection, and makes up for the four changes of a whole life at most.
            let found = report.sum("tcplens.lost_events", "tcplens.loss.reason=unseen")
            let counted = report.sum("tcplens.connection.transitions") - 4 * found
            #expect(counted <= written + lost, "\(written) shown, \(lost) lost, \(counted) counted: \(tracer.log)")
            #expect(written + lost <= Self.made, "\(written) shown, \(lost) lost: \(tracer.log)")
            #expect(Self.made - counted <= 10, "the agent has lost \(report.sum("tcplens.lost_events"))")
            return (lines, lost, tracer.log)
        }

        @Test func `a million changes as fast as they can be made are shown or counted as lost`() throws {
            let (lines, lost, _) = try trace([])
            // Parsing all of them would take longer than making them.
            let events = try Tracer.events(lines.prefix(50_000))
            // The events of each socket are in order, and none is shown twice.
            var states: [String: String] = [:]
            var gaps = 0
            for event in events {
                if let state = states.updateValue(event.newState, forKey: event.ends), state != event.oldState {
                    // A socket may have the same ports as an earlier one.
                    gaps += state == "closed" ? 0 : 1
                }
                #expect(event.localPort != 0 && event.peerPort != 0 || event.role == nil)
            }
            #expect(gaps <= lost + 10)
        }

        @Test func `losses of a ring buffer that is too small are reported exactly, each second and at the end`()
            throws
        {
            let (_, lost, log) = try trace(["--buffer-size", "64KiB"])
            #expect(lost > 0)
            let told = log.matches(of: /lost (\d+) events: ring_full (\d+)/).compactMap { Int($0.1) }
            #expect(!told.isEmpty)
            #expect(told.reduce(0, +) <= lost)
            #expect(log.contains("--buffer-size"))
        }
    }
}
