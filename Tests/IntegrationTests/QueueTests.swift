import Foundation
import Testing

extension PeerIntegrationTests {
    /// The queues of listeners, and what the kernel counts when they are full.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct QueueTests {
        @Test func `a full accept queue shows one more than its limit, and what it kept out`() throws {
            let traffic = try Traffic()
            try traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_syncookies=0"])
            try traffic("listen 4 7001 4", "listen 6 7002 128")
            let agent = try Agent(in: traffic)
            try traffic("knock a 4 7001 8")
            _ = try eventually("the queue to be full") {
                try SocketTable.ss(in: traffic).counts["syn_sent ipv4"] != nil ? true : nil
            }
            let before = try netstat("TcpExtListenOverflows", in: traffic)
            let report = try agent.end()
            let after = try netstat("TcpExtListenOverflows", in: traffic)
            #expect(report.sum("tcplens.listener.accept_queue.usage", "network.local.port=7001") == 5)
            #expect(report.sum("tcplens.listener.accept_queue.limit", "network.local.port=7001") == 4)
            #expect(report.sum("tcplens.listener.accept_queue.usage", "network.local.port=7002") == 0)
            #expect(report.sum("tcplens.listener.accept_queue.limit", "network.type=ipv6") == 128)
            // SYNs are sent again all the time, so the metric is between two readings of the kernel's counter.
            #expect((before...after).contains(report.sum("tcplens.listener.overflows")))
            #expect(report.sum("tcplens.listener.drops") >= before)
            #expect(before > 0)
        }

        @Test func `a flood of SYNs fills the queue of its listener`() throws {
            let traffic = try Traffic()
            try traffic.configure(["ip", "route", "add", "192.0.2.0/24", "dev", "lo"])
            try traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_syncookies=0"])
            try traffic("listen 4 7001 1024")
            let agent = try Agent(in: traffic)
            try traffic("syn 7001 211")
            let report = try agent.end()
            #expect(report.stock("syn_received") == 211)
            #expect(report.sum("tcplens.listener.syn_queue.usage", "network.local.port=7001") == 211)
            #expect(report.sum("tcplens.syn_cookies") == 0)
        }

        @Test func `a flood that is answered with cookies leaves no request sockets`() throws {
            let traffic = try Traffic()
            try traffic.configure(["ip", "route", "add", "192.0.2.0/24", "dev", "lo"])
            // 2: always cookies.
            try traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_syncookies=2"])
            try traffic("listen 4 7001 1024")
            let agent = try Agent(in: traffic)
            try traffic("syn 7001 211")
            let report = try agent.end()
            #expect(report.stock("syn_received") == 0)
            #expect(report.sum("tcplens.listener.syn_queue.usage") == 0)
            #expect(report.sum("tcplens.syn_cookies", "tcplens.syn_cookie.result=sent") == 211)
        }

        @Test func `connections for which TIME_WAIT has no room are counted`() throws {
            let traffic = try Traffic()
            try traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=5"])
            try traffic("listen 4 7001 128")
            let agent = try Agent(in: traffic)
            try traffic("connect a 4 7001 20", "close a client", "close a server")
            try traffic.settle()
            let report = try agent.end()
            let kernel = try netstat("TcpExtTCPTimeWaitOverflow", in: traffic)
            #expect(report.sum("tcplens.time_wait.overflows") == kernel)
            #expect(report.sum("tcplens.time_wait.overflows") > 0)
            #expect(report.stock("time_wait") == 20 - report.sum("tcplens.time_wait.overflows"))
        }

        @Test func `counts are split by the port of the service when asked for`() throws {
            let traffic = try Traffic()
            try traffic(
                "listen 4 7001 128",
                "listen 4 7002 128",
                "connect a 4 7001 3",
                "connect b 4 7002 5",
                "connect c 4 7001 2",
                "close c client",
                "close c server"
            )
            try traffic.settle()
            let both = "network.local.port,network.peer.port"
            let report = try Agent(in: traffic, ["--attributes", both]).end()
            #expect(report.stock("established", "network.local.port=7001") == 3)
            #expect(report.stock("established", "network.peer.port=7001") == 3)
            #expect(report.stock("established", "network.local.port=7002") == 5)
            #expect(report.stock("established") == 16)
            #expect(report.stock("listen", "network.local.port=7002") == 1)
            // The client has closed first, so TIME_WAIT is the client's.
            #expect(report.stock("time_wait", "network.peer.port=7001") == 2)
            // The rows without a port, including zeros, and one for each state and port; none for an ephemeral port.
            #expect(report.count("system.network.connection.count") == 20 + 4 + 2 + 1)
        }

        @Test func `beyond the limit the rest shares one series, and none is lost`() throws {
            let traffic = try Traffic()
            for port in 7001...7009 {
                try traffic("listen 4 \(port) 16")
            }
            let options = ["--attributes", "network.local.port", "--cardinality-limit", "22"]
            let report = try Agent(in: traffic, options).end()
            #expect(report.count("system.network.connection.count") == 23)
            #expect(report.stock("listen") == 2)
            #expect(report.sum("system.network.connection.count", "otel.metric.overflow=true") == 7)
        }

        private func netstat(_ counter: String, in traffic: Traffic) throws -> Int {
            let output = try run(["nstat", "-az", counter], in: traffic).output
            return output.split(separator: "\n").last.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
        }
    }
}
