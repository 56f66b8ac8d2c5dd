import Foundation
import Testing

extension TrafficIntegrationTests {
    /// A snapshot by port, container and listener, of sockets that the test has made.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct SnapshotTests {
        /// A namespace with the sockets of two containers, and of a process in none.
        private struct World {
            /// The process that is in none of the groups of the test.
            let traffic: Traffic
            /// The web server, whose name csv has to quote.
            let web: Traffic
            let webGroup: ControlGroup
            /// The database, whose program sleeps.
            let database: Traffic
            let databaseGroup: ControlGroup

            init() throws {
                traffic = try Traffic()
                try traffic.configure(["ip", "route", "add", "192.0.2.0/24", "dev", "lo"])
                try traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_syncookies=0"])
                (web, webGroup) = (try Traffic(in: traffic), try ControlGroup("web,\"1\" "))
                (database, databaseGroup) = (try Traffic(in: traffic), try ControlGroup("database "))
                try webGroup.add(web)
                try databaseGroup.add(database)
                try web("listen 4 7001 128", "listen 6 7002 64", "listen m 7003 32")
                try database("listen 4 7004 4")
                // Both ends are on this machine; the clients' ends belong to this process.
                try web("connect a 4 7001 25", "connect b 6 7002 10", "connect c m 7003 3")
                // The end that closes first goes into TIME_WAIT: 11 of servers, 7 of clients.
                try web("connect d 4 7001 11", "close d server", "close d client")
                try web("connect e 6 7002 7", "close e client", "close e server")
                try web("connect f 4 7001 5", "shutdown f client", "syn 7001 3")
                // The fifth is accepted into the queue, and the others are not.
                try traffic("knock g 4 7004 8")
                _ = try eventually("the queue to be full and the closed ones to be at rest") {
                    let table = try SocketTable.ss(in: self.traffic)
                    return table.counts["time_wait ipv4"] == 11 && table.counts["time_wait ipv6"] == 7
                        && table.counts["syn_sent ipv4"] == 3 ? true : nil
                }
            }
        }

        /// All sockets: 43 connections with both ends, five half-closed ones, and five that wait to be accepted.
        private static let total = 2 * (25 + 10 + 3) + 11 + 7 + 2 * 5 + 3 + (8 + 5) + 4

        @Test func `every grouping adds up to what ss shows`() throws {
            let world = try World()
            let snapshot = try SnapshotJSON("--by", "port,peer-port", "--by", "container", in: world.traffic)
            let ss = try SocketTable.ss(in: world.traffic)
            #expect(snapshot.total == Self.total)
            #expect(ss.counts.values.reduce(0, +) == Self.total)
            for groups in [snapshot.ports, snapshot.peerPorts, snapshot.containers] {
                var sum = SocketTable()
                for row in try #require(groups).flatMap(\.connections) { sum.add(row.state, row.type, row.count) }
                #expect(sum == ss)
            }
            #expect(snapshot.listeners == nil)
        }

        @Test func `a connection counts for the port of its service, on the side that it is on`() throws {
            let world = try World()
            let snapshot = try SnapshotJSON("--by", "port", "--by", "peer-port", in: world.traffic)
            let web = try #require(snapshot.group(port: 7001))
            #expect((web["established"], web["time_wait"], web["close_wait"]) == (25, 11, 5))
            #expect((web["syn_received"], web["listen"]) == (3, 1))
            // The kernel forgets who opened a connection in TIME_WAIT. If the port has a listener, it counts as a
            // server's.
            #expect(snapshot.group(port: 7002)?["time_wait"] == nil || snapshot.group(port: 7002)?["time_wait"] == 0)
            #expect(snapshot.group(port: 7003)?.total == 4)
            #expect(snapshot.group(port: 7004)?["established"] == 5)
            let client = try #require(snapshot.group(peerPort: 7002))
            #expect((client["established"], client["time_wait"], client["listen"]) == (10, 7, 0))
            #expect(snapshot.group(peerPort: 7001)?["fin_wait_2"] == 5)
            #expect(snapshot.group(peerPort: 7004)?["syn_sent"] == 3)
            // No port of a client counts as a service.
            #expect(Set(try #require(snapshot.ports).map(\.port)) == [7001, 7002, 7003, 7004, nil])
            #expect(Set(try #require(snapshot.peerPorts).map(\.port)) == [7001, 7002, 7003, 7004, nil])
        }

        @Test func `a container has the sockets that were made in it, its requests and what waits on its ports`() throws
        {
            let world = try World()
            let containers = try #require(try SnapshotJSON("--by", "container", in: world.traffic).containers)
            let web = try #require(containers.first { $0.container == world.webGroup.path })
            #expect(web.cgroup == world.webGroup.identifier)
            #expect((web["established"], web["syn_received"], web["listen"]) == (2 * (25 + 10 + 3), 3, 3))
            // TIME_WAIT on its listener's port counts for it; that of clients does not, because nothing is known about
            // it.
            #expect(web["time_wait"] == 11)
            let database = try #require(containers.first { $0.container == world.databaseGroup.path })
            #expect((database["established"], database["listen"], database.total) == (5, 1, 6))
            let none = try #require(containers.first { $0.cgroup == nil })
            #expect((none["time_wait"], none.total) == (7, 7))
            // The clients of the database are the test's own.
            #expect(containers.reduce(0) { $0 + $1["syn_sent"] } == 3)
            #expect(containers.count == 4)
        }

        @Test func `TIME_WAIT on a port on which two containers listen belongs to neither`() throws {
            let traffic = try Traffic()
            let (one, other) = (try Traffic(in: traffic), try Traffic(in: traffic))
            let groups = (try ControlGroup("one "), try ControlGroup("other "))
            try groups.0.add(one)
            try groups.1.add(other)
            try one("listen 4 7001 128", "listen 4 7002 128", "connect a 4 7001 3", "close a server", "close a client")
            try one("connect b 4 7002 2", "close b server", "close b client")
            try other("listen 6 7001 128")
            try traffic.settle()
            let snapshot = try SnapshotJSON("--by", "port,container", in: traffic)
            #expect(snapshot.group(port: 7001)?["time_wait"] == 3)
            let containers = try #require(snapshot.containers)
            #expect(containers.first { $0.cgroup == nil }?.total == 3)
            #expect(containers.first { $0.container == groups.0.path }?["time_wait"] == 2)
            #expect(containers.first { $0.container == groups.1.path }?.total == 1)
        }

        @Test func `a listener shows its queues with their limits, its address and its container`() throws {
            let world = try World()
            let listeners = try #require(try SnapshotJSON("--by", "listener", in: world.traffic).listeners)
            #expect(listeners.map(\.port) == [7004, 7001, 7002, 7003])
            #expect(listeners.map(\.address) == ["127.0.0.1", "127.0.0.1", "::1", "::"])
            #expect(listeners.map(\.type) == ["ipv4", "ipv4", "ipv6", "ipv6"])
            #expect(listeners[0].accept == .init(usage: 5, limit: 4, full: 1))
            #expect(listeners[0].container == world.databaseGroup.path)
            #expect(listeners[1].accept == .init(usage: 0, limit: 128, full: 0))
            #expect(listeners[1].syn == .init(usage: 3, limit: 128, full: 0))
            #expect(listeners[1].cgroup == world.webGroup.identifier)
        }

        @Test func `SYNs fill what the kernel gives them: the backlog, or less where there are no cookies`() throws {
            func queue(backlog: Int, settings: String...) throws -> SnapshotJSON.Listener.Queue {
                let traffic = try Traffic()
                try traffic.configure(["ip", "route", "add", "192.0.2.0/24", "dev", "lo"])
                try traffic.configure(["sysctl", "-qw"] + settings.map { "net.ipv4.\($0)" })
                try traffic("listen 4 7001 \(backlog)", "syn 7001 211")
                return try #require(try SnapshotJSON("--by", "listener", in: traffic).listeners?.first?.syn)
            }
            let cookies = try queue(backlog: 8, settings: "tcp_syncookies=1")
            #expect((cookies.limit, cookies.full) == (8, 1))
            #expect((8...9).contains(cookies.usage))
            let none = try queue(backlog: 200, settings: "tcp_syncookies=0", "tcp_max_syn_backlog=32")
            #expect((none.limit, none.full) == (24, 1))
            #expect((24...25).contains(none.usage))
            let room = try queue(backlog: 512, settings: "tcp_syncookies=1", "tcp_max_syn_backlog=32")
            #expect(room == .init(usage: 211, limit: 512, full: 0))
        }

        @Test func `csv is what other programs read, whatever a container is called`() throws {
            let world = try World()
            let script = """
                import csv, sys
                rows = list(csv.DictReader(sys.stdin, strict=True))
                total = sum(int(row["count"]) for row in rows)
                print(total, any(row.get("cgroup") == sys.argv[1] for row in rows))
                """
            func read(_ grouping: String) throws -> String {
                let command = "\"$1\" snapshot --by \(grouping) --format csv | python3 -c \"$2\" \"$3\""
                let arguments = ["bash", "-c", command, "-", Executable.tcplens, script, world.webGroup.path]
                return try run(arguments, in: world.traffic).output
            }
            #expect(try read("container") == "\(Self.total) True\n")
            #expect(try read("port") == "\(Self.total) False\n")
            #expect(try read("peer-port") == "\(Self.total) False\n")
            let listeners = try run(
                [Executable.tcplens, "snapshot", "--by", "listener", "--format", "csv"],
                in: world.traffic
            )
            let lines = listeners.output.components(separatedBy: "\r\n")
            try #require(lines.count == 6, "\(listeners)")
            #expect(lines[1].hasPrefix("127.0.0.1,7004,ipv4,1,5,4,1,0,4,0,"))
        }

        @Test func `jq reads the queues`() throws {
            let world = try World()
            let filter = ".listeners[] | select(.accept_queue.full > 0) | .port"
            let command = "\"$1\" snapshot --by listener --format json | jq '\(filter)'"
            #expect(try run(["bash", "-c", command, "-", Executable.tcplens], in: world.traffic).output == "7004\n")
        }

        @Test(arguments: [
            (["LANG": "C.UTF-8", "TERM": "xterm"], true, false), (["LANG": "C.UTF-8", "TERM": "dumb"], false, false),
            (["LANG": "C.UTF-8", "TERM": "xterm", "NO_COLOR": "1"], false, false),
            (["LC_ALL": "C", "TERM": "xterm"], true, true),
        ])
        func `on a terminal it fits the screen, in the colours and characters that there are`(
            environment: [String: String],
            isColoured: Bool,
            isASCII: Bool
        ) throws {
            let world = try World()
            let command = "stty rows 24 cols 80; \(Executable.tcplens) snapshot --by port,container,listener"
            let result = try run(
                ["env", "-u", "NO_COLOR", "-u", "LC_ALL", "-u", "LC_CTYPE"] + environment.map { "\($0)=\($1)" }
                    + ["script", "-qec", command, "/dev/null"],
                in: world.traffic
            )
            let text = result.output
            #expect(text.contains("\u{1b}[31m") == isColoured)
            #expect(text.utf8.allSatisfy { $0 < 0x80 } == isASCII)
            let bare = text.replacing(/\u{1b}\[\d+m/, with: "").components(separatedBy: "\r\n").dropLast()
            #expect(bare.count <= 23)
            #expect(bare.allSatisfy { $0.count <= 80 })
            #expect(bare.contains { $0.hasPrefix("127.0.0.1:7004") && $0.contains("5/4 FULL") })
            #expect(bare.first?.hasPrefix("STATE") == true)
        }

        @Test func `in a pipe there are no colours, and plain stays as it was`() throws {
            let world = try World()
            let text = try run([Executable.tcplens, "snapshot", "--by", "port,listener"], in: world.traffic).output
            #expect(!text.contains("\u{1b}"))
            #expect(text.contains("127.0.0.1:7004      5/4 FULL"))
            let plain = try run([Executable.tcplens, "snapshot"], in: world.traffic).output.split(separator: "\n")
            #expect(plain.first == "STATE        IPV4  IPV6  TOTAL")
            #expect(plain.last?.split(separator: " ").last == "\(Self.total)")
        }
    }
}
