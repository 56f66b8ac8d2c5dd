import Foundation
import Testing

/// Stocks: the sockets of a namespace that the test made, counted in every way that tcplens has.
extension TrafficIntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ConnectionCountTests {
        /// Sockets in every state that does not end by itself.
        private static func sockets() throws -> Traffic {
            let traffic = try Traffic()
            // Bare SYNs come from addresses that do not exist. The route lets the answers out.
            try traffic.configure(["ip", "route", "add", "192.0.2.0/24", "dev", "lo"])
            for port in 7001...7004 {
                try traffic("listen 4 \(port) 128")
            }
            try traffic(
                "listen 6 7005 128",
                "listen 6 7006 128",
                "listen m 7007 128",
                "connect v4 4 7001 25",
                "connect v6 6 7005 10",
                "connect tw 4 7002 30",
                "close tw client",
                "close tw server",
                "connect cw 4 7003 5",
                "shutdown cw client",
                "connect orphans 4 7004 10",
                "close orphans client",
                "connect mapped m 7001 3",
                "connect dual 4 7007 4",
                "connect dual6 6 7006 2",
                "open unconnected 4 20",
                "syn 7001 3"
            )
            // The last segments of a close may still be on their way.
            _ = try eventually("the sockets to come to rest") {
                try SocketTable.ss(in: traffic) == expected ? true : nil
            }
            return traffic
        }

        /// The counts of those sockets.
        private static let expected: SocketTable = {
            var table = SocketTable()
            // 25 + 3 mapped + 4 over the dual listener, both ends of each.
            table.add("established", "ipv4", 2 * (25 + 3 + 4))
            table.add("established", "ipv6", 2 * (10 + 2))
            table.add("listen", "ipv4", 4)
            table.add("listen", "ipv6", 3)
            table.add("time_wait", "ipv4", 30)
            table.add("close_wait", "ipv4", 5 + 10)
            table.add("fin_wait_2", "ipv4", 5 + 10)
            table.add("syn_received", "ipv4", 3)
            return table
        }()

        @Test func `snapshot and ss agree on every state`() throws {
            let traffic = try Self.sockets()
            #expect(try SocketTable.snapshot(in: traffic) == Self.expected)
        }

        @Test func `thousands of rows are all there, and gone when they are`() throws {
            let traffic = try Traffic()
            // More sockets than the kernel returns at once.
            let count = 3000
            let script = """
                import socket, time
                k = [socket.create_server(("127.0.0.1", 20000 + i), backlog=3) for i in range(\(count))]
                print("up", flush=True)
                time.sleep(600)
                """
            let listeners = try RunningProcess(["python3", "-c", script], in: traffic)
            _ = try eventually("the listeners") { listeners.output.contains("up") ? true : nil }
            let options = ["--attributes", "network.local.port", "--cardinality-limit", "5000"]
            let agent = try Agent(in: traffic, options)
            #expect(agent.first.stock("listen") == count)
            #expect(agent.first.count("system.network.connection.count") == 20 + count)
            #expect(agent.first.sum("tcplens.listener.accept_queue.limit") == 3 * count)
            listeners.signal(SIGKILL)
            listeners.wait()
            let last = try agent.end()
            #expect(last.stock("listen") == 0)
            #expect(last.count("system.network.connection.count") == 20)
            #expect(last.count("tcplens.listener.accept_queue.limit") == 0)
        }

        @Test func `the table for people shows the kernel's names and the totals`() throws {
            let traffic = try Self.sockets()
            let lines = try run([Executable.tcplens, "snapshot"], in: traffic).output.split(separator: "\n").map {
                line in
                line.split(separator: " ").map(String.init)
            }
            #expect(
                lines == [
                    ["STATE", "IPV4", "IPV6", "TOTAL"], ["ESTABLISHED", "64", "24", "88"], ["SYN_RECV", "3", "0", "3"],
                    ["FIN_WAIT2", "15", "0", "15"], ["TIME_WAIT", "30", "0", "30"], ["CLOSE_WAIT", "15", "0", "15"],
                    ["LISTEN", "4", "3", "7"], ["TOTAL", "131", "27", "158"],
                ]
            )
        }

        @Test(.enabled(if: Executable.canTestCollector, "skipped: no otelcol"))
        func `the Collector receives what ss and the map show`() throws {
            let traffic = try Self.sockets()
            let collector = try Collector(in: traffic)
            // The Collector's own listener is a socket too.
            var expected = Self.expected
            expected.add("listen", "ipv4")
            #expect(try SocketTable.ss(in: traffic) == expected)

            let agent = try RunningProcess([Executable.tcplens, "run", "--interval", "1h"], in: traffic)
            let export = try eventually("an export") { collector.report.exports.first }
            #expect(SocketTable(export) == expected)
            #expect(try SocketTable.bpftool(agent) == expected)
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
            #expect(try eventually("the last export") { collector.report.exports.count == 2 ? 2 : nil } == 2)
        }
    }
}
