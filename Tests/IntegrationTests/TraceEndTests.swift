import Foundation
import Testing

/// Which events are failures, and which are changes of state.
extension TrafficIntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct TraceEndTests {
        /// An ICMP message for a connection whose error nobody asks for, and the rule that causes it.
        struct Message: Sendable {
            var family: String
            var address: String
            /// The level and the option to keep such errors: IP_RECVERR and IPV6_RECVERR.
            var option: String
            var reject: String
        }

        private static let messages = [
            Message(family: "AF_INET", address: "127.0.0.1", option: "0,11", reject: "icmp type host-unreachable"),
            Message(family: "AF_INET", address: "127.0.0.1", option: "0,11", reject: "icmp type net-unreachable"),
            Message(family: "AF_INET", address: "127.0.0.1", option: "0,11", reject: "icmp type port-unreachable"),
            Message(family: "AF_INET", address: "127.0.0.1", option: "0,11", reject: "icmp type admin-prohibited"),
            Message(family: "AF_INET6", address: "::1", option: "41,25", reject: "icmpv6 type no-route"),
            Message(family: "AF_INET6", address: "::1", option: "41,25", reject: "icmpv6 type admin-prohibited"),
        ]

        /// The normal ends of a connection `c` with its peer `d`: the client first, the peer first, both at once.
        private static let ends = [
            "c.shutdown(1); time.sleep(.1); d.close(); time.sleep(.1); c.close()",
            "d.shutdown(1); time.sleep(.1); c.close(); time.sleep(.1); d.close()",
            "c.close(); time.sleep(.1); d.close()",
        ]

        private func changes(_ script: String) throws -> [TraceEvent] {
            for _ in 0..<3 {
                let traffic = try Traffic()
                let tracer = try Tracer(in: traffic)
                let result = try run(
                    ["python3", "-c", "import os,socket,struct,time\n\(script)\ntime.sleep(.3)"],
                    in: traffic
                )
                #expect(result.status == 0, "\(result.error)")
                let scenario = try TracedScenario(tracer)
                if scenario.isWhole { return scenario.events }
            }
            throw Timeout(description: "no trace that has missed nothing")
        }

        @Test(arguments: messages, ends)
        func `a normal end has no error, even if there was one before`(message: Message, end: String) throws {
            let events = try changes(
                """
                s=socket.socket(socket.\(message.family)); s.bind(("\(message.address)",7000)); s.listen()
                c=socket.socket(socket.\(message.family)); c.connect(("\(message.address)",7000)); d,_=s.accept()
                c.setsockopt(\(message.option),1)
                os.system("nft 'add table inet f; add chain inet f i { type filter hook input priority 0; }; "
                    "add rule inet f i tcp dport 7000 reject with \(message.reject)'")
                # Once at once, when the socket is in use, and once by the timer, when it is not.
                c.send(b"x"); time.sleep(.35)
                os.system("nft delete table inet f")
                assert d.recv(9) == b"x"
                \(end)
                """
            )
            #expect(events.filter { $0.error != nil }.isEmpty)
            #expect(events.filter { $0.newState == "closed" && $0.role != nil }.count == 2)
        }

        @Test(arguments: [
            // A reset in each state in which one can arrive, at either end.
            ("d.setsockopt(1,13,struct.pack('ii',1,0)); d.close()", "established>closed", "reset"),
            (
                "c.shutdown(1); time.sleep(.1); d.setsockopt(1,13,struct.pack('ii',1,0)); d.close()",
                "fin_wait_2>closed", "reset"
            ),
            ("d.shutdown(1); time.sleep(.1); c.send(b'x'); time.sleep(.1); d.close()", "close_wait>closed", "reset"),
            // The peer stops answering, with an ICMP message and without.
            (
                "os.system(drop%'drop'); give_up()",
                "established>closed", "timed_out"
            ),
            (
                "os.system(drop%'reject with icmp type host-unreachable'); give_up()",
                "established>closed", "host_unreachable"
            ),
            // Another process aborts the connection.
            ("os.system('ss -K dport = 7000 >/dev/null'); time.sleep(.1)", "established>closed", "_OTHER"),
        ])
        func `an abort of a connection is its failure`(end: String, change: String, error: String) throws {
            let events = try changes(
                """
                drop=("nft 'add table inet f; add chain inet f i { type filter hook input priority 0; }; "
                    "add rule inet f i tcp dport 7000 %s'")
                def give_up(): c.setsockopt(6,18,400); c.send(b"x"); time.sleep(1.5)
                s=socket.create_server(("127.0.0.1",7000))
                c=socket.create_connection(("127.0.0.1",7000)); d,_=s.accept()
                \(end)
                os.system("nft delete table inet f 2>/dev/null"); d.close(); c.close()
                """
            )
            #expect(events.contains { $0.change == change && $0.error == error && $0.peerPort == 7000 }, "\(events)")
        }

        @Test(arguments: [
            "c.shutdown(1); time.sleep(.1); c.close(); time.sleep(.1); d.close()",
            "c.shutdown(1); c.shutdown(1); d.shutdown(1); time.sleep(.1); d.close()",
        ])
        func `a state that is stored again is not a change`(end: String) throws {
            let events = try changes(
                """
                s=socket.create_server(("127.0.0.1",7000))
                c=socket.create_connection(("127.0.0.1",7000)); d,_=s.accept()
                \(end)
                """
            )
            #expect(events.contains { $0.newState == "fin_wait_2" })
            #expect(events.allSatisfy { $0.oldState != $0.newState }, "\(events.map(\.change))")
        }

        @Test func `a listener that was not bound has its port from the first event on`() throws {
            let events = try changes(
                """
                for f in (socket.AF_INET,socket.AF_INET6):
                    s=socket.socket(f); s.listen(); print(s.getsockname()[1]); s.close()
                # One that had another life before.
                s=socket.create_server(("127.0.0.1",7000))
                c=socket.create_connection(("127.0.0.1",7000)); d,_=s.accept()
                d.close(); time.sleep(.1); c.close(); s.close()
                c=socket.socket(); c.bind(("127.0.0.1",7001)); c.listen()
                """
            )
            let listening = events.filter { $0.newState == "listen" }
            #expect(listening.count == 4)
            #expect(listening.allSatisfy { $0.localPort != 0 })
            for event in listening {
                let end = events.first { $0.change == "listen>closed" && $0.localPort == event.localPort }
                #expect(end != nil, "\(event.localPort)")
            }
        }

        @Test func `a filter by a port finds the listener that the kernel gave it`() throws {
            let traffic = try Traffic()
            let range = try run(["sysctl", "-qw", "net.ipv4.ip_local_port_range=40000 40001"], in: traffic)
            #expect(range.status == 0)
            // The program passes on events whose port may be any of these.
            let tracer = try Tracer(in: traffic, ["--local-port", "40000"])
            let script = "import socket\nfor i in range(2): s=socket.socket(); s.listen(); globals()[f's{i}']=s"
            #expect(try run(["python3", "-c", script], in: traffic).status == 0)
            let events = try tracer.end()
            #expect(events.map(\.change) == ["closed>listen", "listen>closed"])
            #expect(events.allSatisfy { $0.localPort == 40_000 })
        }

        @Test func `link-local addresses have their interface`() throws {
            let traffic = try Traffic()
            let setUp = """
                ip link add left type veth peer name right && ip link set left up && ip link set right up
                ip addr add fe80::1/64 dev left nodad; ip addr add fe80::2/64 dev right nodad
                ip addr add fe80::7/64 dev left nodad; ip addr add fe80::7/64 dev right nodad
                """
            #expect(try run(["sh", "-c", setUp], in: traffic).status == 0)
            let tracer = try Tracer(in: traffic)
            let script = """
                import socket,time
                left,right=(socket.if_nametoindex(n) for n in ("left","right")); keep=[]
                def listen(*address):
                    s=socket.socket(socket.AF_INET6); s.bind(address); s.listen(8); keep.append(s); return s
                for i in (left,right): listen("fe80::7",7007,0,i)
                s=listen("fe80::2",7000,0,right)
                c=socket.socket(socket.AF_INET6); c.bind(("fe80::1",0,0,left)); c.connect(("fe80::2",7000,0,left))
                d,_=s.accept()
                t=socket.socket(); t.setsockopt(1,25,b"left"); t.bind(("",7100)); t.listen(8)
                print("ready",flush=True); time.sleep(600)
                """
            let python = try RunningProcess(["python3", "-c", script], in: traffic)
            // It inherits a signal mask that blocks SIGTERM.
            defer { python.signal(SIGKILL) }
            _ = try eventually("the listeners") { python.output.contains("ready") ? true : nil }
            let listeners = try SnapshotJSON("--by", "listener", in: traffic).listeners ?? []
            let places = Set(listeners.map { "\($0.address ?? "") \($0.port ?? 0) \($0.listeners)" })
            #expect(
                places == [
                    "fe80::7%left 7007 1", "fe80::7%right 7007 1", "fe80::2%right 7000 1", "0.0.0.0%left 7100 1",
                ]
            )
            let table = try run([Executable.tcplens, "snapshot", "--by", "listener"], in: traffic).output
            #expect(table.contains("[fe80::7%left]:7007") && table.contains("[fe80::7%right]:7007"), "\(table)")
            let events = try tracer.end()
            let client = try #require(events.first { $0.change == "syn_sent>established" })
            #expect(client.peerAddress == "fe80::2%left" && client.localAddress.hasSuffix("%left"))
            let server = try #require(events.first { $0.change == "syn_received>established" })
            #expect(server.localAddress == "fe80::2%right" && server.peerAddress.hasSuffix("%right"))
        }

        @Test(arguments: ["1000000", "-3", "0"])
        func `in a time namespace events have the right wall-clock time`(offset: String) throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 128")
            let process = try RunningProcess(
                [
                    "unshare", "--time", "--fork", "--monotonic", offset, Executable.tcplens, "trace",
                    "--format", "json", "--log-level", "debug", "--count", "4",
                ],
                in: traffic
            )
            _ = try eventually("the programs of trace") { process.error.contains("tracing with") ? true : nil }
            let before = Date().timeIntervalSince1970
            try traffic("connect a 4 7001 1", "reset a client")
            process.wait()
            let after = Date().timeIntervalSince1970
            let events = try Tracer.events(process.output.split(separator: "\n"))
            #expect(events.count == 4)
            for event in events { #expect(event.seconds > before - 0.01 && event.seconds < after + 0.01, "\(event)") }
        }
    }
}
