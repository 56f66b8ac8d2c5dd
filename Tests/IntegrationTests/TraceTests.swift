import Foundation
import Testing

extension TrafficIntegrationTests {
    /// `tcplens trace` shows every change of state once, in order, and with all that is known about it.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct TraceTests {
        /// All ways in which connections begin and end, in one namespace.
        static func scenario(_ traffic: Traffic, _ ports: ScenarioPorts = .init()) throws {
            try traffic.configure(["ip", "route", "add", "192.0.2.0/24", "dev", "lo"])
            try traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_syn_retries=1"])
            try traffic(
                "listen 4 \(ports.half) 128",
                "listen 6 \(ports.six) 128",
                "listen m \(ports.mapped) 128",
                // Half closed for a while, data both ways.
                "connect half 4 \(ports.half) 1",
                "send half client 1000",
                "sleep 60",
                "drain half server",
                "shutdown half client",
                "sleep 60",
                "send half server 70",
                "close half server",
                "sleep 60",
                "close half client",
                // IPv6, closed by the server; v4-mapped on both ends, reset.
                "connect six 6 \(ports.six) 1",
                "close six server",
                "sleep 60",
                "close six client",
                "connect mapped m \(ports.mapped) 1",
                "sleep 60",
                "reset mapped client",
                "dial 4 127.0.0.1 9",
                "dial 6 ::1 9",
                "dial 4 192.0.2.1 \(ports.unanswered)",
                "cross \(ports.crossing) 1",
                "unlisten \(ports.half)"
            )
            try traffic.settle()
        }

        /// How many changes the scenario makes.
        static let changes = 39

        /// Traces the scenario, again if events were lost, until a trace shows all of it.
        private static func traced() throws -> (events: [TraceEvent], traffic: Traffic) {
            for _ in 0..<3 {
                let traffic = try Traffic()
                let tracer = try Tracer(in: traffic)
                try scenario(traffic)
                let traced = try TracedScenario(tracer)
                #expect(traced.accounts(for: changes), "\(traced.events.lives) \(tracer.log)")
                if traced.isWhole { return (traced.events, traffic) }
            }
            throw Timeout(description: "each of three traces has missed changes of a scenario that makes few")
        }

        @Test func `every change of a scripted scenario is there once and in order`() throws {
            let events = try Self.traced().events
            let passive = ["listen>syn_received", "syn_received>established"]
            let active = ["closed>syn_sent", "syn_sent>established"]
            let first = ["established>fin_wait_1", "fin_wait_1>fin_wait_2", "fin_wait_2>closed"]
            let second = ["established>close_wait", "close_wait>last_ack", "last_ack>closed"]
            func client(_ port: Int, _ type: String = "ipv4") -> [String] {
                events.changes { $0.role == "client" && $0.peerPort == port && $0.type == type }
            }
            func server(_ port: Int, _ type: String = "ipv4") -> [String] {
                events.changes { $0.role == "server" && $0.localPort == port && $0.type == type }
            }
            func listener(_ port: Int) -> [String] { events.changes { $0.role == nil && $0.localPort == port } }
            #expect(client(7001) == active + first)
            #expect(server(7001) == passive + second)
            #expect(client(7002, "ipv6") == active + second)
            #expect(server(7002, "ipv6") == passive + first)
            #expect(client(7003) == active + ["established>closed"])
            #expect(server(7003) == passive + ["established>closed"])
            #expect(client(9) == ["closed>syn_sent", "syn_sent>closed"])
            #expect(client(9, "ipv6") == ["closed>syn_sent", "syn_sent>closed"])
            #expect(client(80) == ["closed>syn_sent", "syn_sent>closed"])
            #expect(client(20000) == ["closed>syn_sent", "syn_sent>syn_received", "syn_received>closed"])
            #expect(listener(7001) == ["closed>listen", "listen>closed"])
            #expect(listener(7002) == ["closed>listen"])
            #expect(listener(7003) == ["closed>listen"])
            #expect(events.count == Self.changes)
        }

        @Test func `tuples are right from the first change to the last`() throws {
            let events = try Self.traced().events
            // Three listeners, three connections with two ends each, and four attempts. A socket with a wrong address
            // or port in one event would count as two.
            #expect(events.lives.count == 3 + 6 + 4)
            for event in events where event.role != nil {
                #expect(event.localPort != 0, "\(event.change)")
                #expect(event.peerPort != 0, "\(event.change)")
                let address = event.type == "ipv6" ? "::1" : "127.0.0.1"
                if event.peerAddress != "192.0.2.1" {
                    #expect((event.localAddress, event.peerAddress) == (address, address))
                }
            }
            // The addresses of one end of a connection are those of the other end, swapped.
            let ends = Set(events.filter { [7001, 7002, 7003].contains($0.peerPort) }.map(\.ends))
            let mirrored = Set(
                events.filter { $0.role == "server" }.map {
                    "\($0.peerAddress):\($0.peerPort) \($0.localAddress):\($0.localPort)"
                }
            )
            #expect(ends == mirrored)
            let dual = events.first { $0.localPort == 7003 && $0.newState == "listen" }
            #expect(dual?.localAddress == "::" && dual?.peerAddress == "::" && dual?.type == "ipv6")
        }

        @Test func `a duration is the time between two changes, and as long as the test has waited`() throws {
            let events = try Self.traced().events
            var before: [String: TraceEvent] = [:]
            for event in events {
                let previous = before.updateValue(event, forKey: event.ends)
                // No event shows when a socket entered the state that its first change ends.
                guard let previous else {
                    #expect(event.held == nil, "\(event.change)")
                    continue
                }
                let held = try #require(event.held, "\(event.change)")
                // Seconds since 1970 with fractions are exact to a quarter of a microsecond.
                #expect(abs(held - (event.seconds - previous.seconds)) < 1e-6, "\(event.change)")
                #expect(previous.newState == event.oldState)
            }
            func held(_ change: String, _ role: String, _ port: Int) -> Double {
                events.first { $0.change == change && $0.role == role && [$0.localPort, $0.peerPort].contains(port) }?
                    .held ?? 0
            }
            #expect((0.06..<0.5).contains(held("established>fin_wait_1", "client", 7001)))
            #expect((0.06..<0.5).contains(held("close_wait>last_ack", "server", 7001)))
            #expect((0.06..<0.5).contains(held("established>closed", "server", 7003)))
            #expect(held("syn_sent>closed", "client", 80) > 1)
        }

        @Test func `the figures of the end are right, and only the last event has them`() throws {
            let events = try Self.traced().events
            for event in events {
                #expect((event.bytesSent != nil) == (event.newState == "closed" && event.oldState != "listen"))
                #expect((event.bytesSent == nil) == (event.bytesReceived == nil))
                #expect((event.bytesSent == nil) == (event.retransmits == nil))
            }
            func end(_ role: String, _ port: Int, _ type: String = "ipv4") throws -> TraceEvent {
                try #require(
                    events.first {
                        $0.bytesSent != nil && $0.role == role && $0.type == type
                            && (role == "client" ? $0.peerPort : $0.localPort) == port
                    }
                )
            }
            let (client, server) = (try end("client", 7001), try end("server", 7001))
            #expect((client.bytesSent, client.bytesReceived) == (1000, 70))
            #expect((server.bytesSent, server.bytesReceived) == (70, 1000))
            #expect((client.roundTrip ?? 0) > 0 && (client.roundTrip ?? 1) < 0.1)
            #expect(client.error == nil && server.error == nil)
            // The end that resets has no error; the other end has one.
            #expect(try end("client", 7003).error == nil)
            #expect(try end("server", 7003).error == "reset")
            #expect(try end("client", 9).error == "refused")
            #expect(try end("client", 9, "ipv6").error == "refused")
            let unanswered = try end("client", 80)
            #expect(unanswered.error == "timed_out" && unanswered.roundTrip == nil)
            #expect((unanswered.retransmits ?? 0) >= 1)
            #expect(try end("client", 20000).error == "reset")
            #expect(events.filter { $0.error != nil }.count == 5)
        }

        @Test func `the process is named where it made the change, and nowhere else`() throws {
            let (events, traffic) = try Self.traced()
            for event in events {
                if ["closed>syn_sent", "closed>listen"].contains(event.change) {
                    #expect(event.pid == traffic.processIdentifier)
                    #expect(event.command == "traffic")
                } else {
                    #expect(event.pid == nil && event.command == nil, "\(event.change)")
                }
            }
            let link = try run(["readlink", "/proc/\(traffic.processIdentifier)/ns/net"]).output
            #expect(Set(events.map { "net:[\($0.netns)]\n" }) == [link])
        }

        @Test func `the container is the control group of the socket, whichever process runs at a change of state`()
            throws
        {
            // A name that JSON has to escape.
            let group = try ControlGroup("tcplens \"")
            let traffic = try Traffic()
            let other = try Traffic(in: traffic)
            let tracer = try Tracer(in: traffic)
            try group.add(other)
            try other("listen 4 7001 128")
            // Segments of the client cause the server's changes, and the other way round.
            try traffic("knock a 4 7001 1")
            try other("accept a 7001 1")
            try traffic("close a client")
            try other("close a server")
            try traffic.settle()
            let events = try tracer.end()
            for event in events {
                let isOther = event.localPort == 7001
                #expect((event.cgroup == group.identifier) == isOther, "\(event.change)")
                #expect((event.container == group.path) == isOther, "\(event.change)")
                #expect(event.container != nil)
            }
            #expect(events.count == 11)
            withExtendedLifetime(other) {}
        }

        @Test func `a connection that a repeated SYN-ACK opened was in SYN_RECV since the first`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 128")
            let tracer = try Tracer(in: traffic)
            try traffic.drop("tcp sport 7001 tcp flags & (syn | ack) == (syn | ack) quota until 61 bytes")
            try traffic("connect a 4 7001 1")
            let held = try #require(try tracer.end().first { $0.change == "syn_received>established" }?.held)
            #expect(held > 0.9 && held < 3)
        }

        @Test func `sockets that were there before have their role, and a duration from their second change on`() throws
        {
            let traffic = try Traffic()
            try traffic("listen 4 7001 128", "connect a 4 7001 1", "send a client 5", "drain a server", "sleep 50")
            let tracer = try Tracer(in: traffic)
            try traffic("close a client", "sleep 60", "close a server")
            try traffic.settle()
            let events = try tracer.end()
            let client = events.filter { $0.role == "client" }
            #expect(client.map(\.change) == ["established>fin_wait_1", "fin_wait_1>fin_wait_2", "fin_wait_2>closed"])
            #expect(client.map { $0.held == nil } == [true, false, false])
            #expect(events.filter { $0.role == "server" }.allSatisfy { $0.localPort == 7001 && $0.peerPort > 0 })
            #expect(events.count == 6)
        }

        @Test func `trace runs beside an agent, and each sees everything`() throws {
            for _ in 0..<3 {
                let traffic = try Traffic()
                let agent = try Agent(in: traffic)
                let (tracer, another) = (try Tracer(in: traffic), try Tracer(in: traffic))
                try Self.scenario(traffic)
                let (traced, other) = (try TracedScenario(tracer), try TracedScenario(another))
                let report = try agent.end()
                #expect(traced.accounts(for: Self.changes))
                #expect(other.accounts(for: Self.changes))
                guard traced.isWhole, other.isWhole, report.sum("tcplens.lost_events") == 0 else { continue }
                #expect(traced.events.map(\.change) == other.events.map(\.change))
                for (change, count) in Dictionary(grouping: traced.events, by: \.change).mapValues(\.count) {
                    let states = change.split(separator: ">").map(String.init)
                    #expect(report.transitions(states[0], states[1]) == count, "\(change)")
                }
                return
            }
            Issue.record("each of three times a trace or the agent has missed changes of a scenario that makes few")
        }
    }
}
