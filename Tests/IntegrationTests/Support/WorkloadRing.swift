import Foundation
import Testing

/// Processes in cgroups of every naming scheme, each a client of the next one, and what an agent reports of them.
struct WorkloadRing {
    /// The cgroups.
    let members: [ControlGroupNaming]
    /// The last collection.
    let report: WorkloadReport
    /// What `ss` shows of the namespace at the same time.
    let stocks: SocketTable
    private let increases: [String: Int]

    /// How many connections a member makes to the next one, and what becomes of them.
    private struct Plan {
        var member: Int
        /// Connections that stay.
        var kept: Int { 1 + member % 4 }
        /// Connections that the client closes first.
        var closedByClient: Int { 1 + member % 3 }
        /// Connections that the server closes first.
        var closedByServer: Int { 1 + member * 2 % 3 }
        /// Connections that the client resets.
        var reset: Int { 1 + member % 2 }
        /// Attempts that are refused.
        var refused: Int { member % 3 }
        /// SYNs from nowhere to its listener.
        var half: Int { isIPv4 ? member % 4 : 0 }
        /// All handshakes that succeed.
        var connections: Int { kept + closed + reset }
        /// Connections that end normally.
        var closed: Int { closedByClient + closedByServer }
        /// Whether its own listener has IPv4.
        var isIPv4: Bool { member % 4 != 3 }
        var port: Int { 7100 + member }
        var type: String { isIPv4 ? "4" : "6" }
    }

    /// Makes the processes, starts an agent, and lets them talk.
    init(_ scope: String) throws {
        let (tree, traffic, members) = (try ControlGroupTree(), try Traffic(), ControlGroupNaming.all())
        self.members = members
        // Without a way to answer a SYN there is no request.
        try traffic.configure(["ip", "route", "add", "192.0.2.0/24", "dev", "lo"])
        let processes = try members.map { naming in
            let process = try Traffic(in: traffic)
            try tree.move(process, to: naming.path)
            return process
        }
        let counters = try Self.counters(in: traffic)
        let agent = try WorkloadAgent(in: traffic, WorkloadAgent.options(scope))
        try traffic("listen 4 7001 128", "connect a 4 7001 5")
        let plans = members.indices.map { Plan(member: $0) }
        for (plan, process) in zip(plans, processes) { try process("listen \(plan.type) \(plan.port) 128") }
        try agent.waitForCollections()
        for (plan, client) in zip(plans, processes) {
            let next = (plan.member + 1) % members.count
            try Self.talk(plan, client, plans[next], processes[next])
            if plan.half > 0 { try traffic("syn \(plan.port) \(plan.half)") }
        }
        try traffic.settle()
        try agent.waitForCollections()
        stocks = try SocketTable.ss(in: traffic)
        report = try agent.end()
        increases = try Self.counters(in: traffic).merging(counters) { $0 - $1 }
        withExtendedLifetime(tree) {}
    }

    private static func talk(_ plan: Plan, _ client: Traffic, _ next: Plan, _ server: Traffic) throws {
        let groups = [
            ("kept", plan.kept), ("first", plan.closedByClient), ("last", plan.closedByServer), ("reset", plan.reset),
        ]
        for (group, count) in groups {
            try client("knock \(group) \(next.type) \(next.port) \(count)")
            try server("accept \(group) \(next.port) \(count)")
        }
        try client("send kept client 100")
        try server("drain kept server", "send kept server 40")
        try client("drain kept client")
        try client("close first client")
        try server("close first server", "close last server")
        try client("close last client", "reset reset client")
        try server("close reset server")
        for _ in 0..<plan.refused {
            #expect(try client.ask("dial 4 127.0.0.1 9") == "ok \(ECONNREFUSED)")
        }
    }

    /// Whether the kernel did what the processes asked for, whatever the agent says.
    ///
    /// Each connection that ended normally left a TIME_WAIT. In one of some twenty runs a reset of the kernel ends one
    /// of them early; `ss` then shows one less, too.
    var wentAsPlanned: Bool {
        let planned = members.indices.reduce(0) { $0 + Plan(member: $1).closed }
        return stocks.counts.filter { $0.key.hasPrefix("time_wait ") }.values.reduce(0, +) == planned
    }

    /// The kernel's counters of a namespace.
    private static func counters(in traffic: Traffic) throws -> [String: Int] {
        let result = try run(["nstat", "-asz"], in: traffic)
        return result.output.split(separator: "\n").dropFirst().reduce(into: [:]) { counters, line in
            let words = line.split(separator: " ")
            if words.count >= 2 { counters[String(words[0])] = Int(words[1]) }
        }
    }

    /// By how much a counter of the kernel has grown in the namespace.
    func counted(_ name: String) -> Int { increases[name] ?? 0 }

    /// Compares what was reported of a member with what its process did.
    func expect(_ told: ConsoleReport, of member: Int) {
        let (own, previous) = (Plan(member: member), Plan(member: (member + members.count - 1) % members.count))
        let path = members[member].path
        func equal(_ told: Int?, _ happened: Int, _ what: String) {
            #expect(told == happened, "\(what) of \(path)")
        }
        let (client, server) = ("tcplens.connection.role=client", "tcplens.connection.role=server")
        let (sent, received) = ("network.io.direction=transmit", "network.io.direction=receive")
        equal(told.stock("established"), own.kept + previous.kept, "established")
        equal(told.stock("time_wait"), own.closedByClient + previous.closedByServer, "TIME_WAIT")
        equal(told.stock("listen"), 1, "listeners")
        equal(told.stock("syn_received"), own.half, "requests")
        equal(told.stocks.counts.values.reduce(0, +), told.sum("system.network.connection.count"), "stocks")
        equal(told.sum("tcplens.listener.syn_queue.usage"), own.half, "the SYN queue")
        equal(told.sum("tcplens.listener.accept_queue.limit"), 128, "the limit of the accept queue")

        equal(told.transitions("closed", "syn_sent"), own.connections + own.refused, "SYN_SENT")
        equal(told.transitions("syn_sent", "established"), own.connections, "connections as client")
        equal(told.transitions("syn_received", "established"), previous.connections, "connections as server")
        equal(told.transitions("syn_sent", "closed"), own.refused, "failures")
        let closings = own.closedByClient + previous.closedByServer
        equal(told.transitions("established", "fin_wait_1"), closings, "FIN_WAIT1")
        equal(told.transitions("established", "close_wait"), own.closedByServer + previous.closedByClient, "CLOSE_WAIT")
        equal(told.transitions("established", "closed"), own.reset + previous.reset, "resets")

        equal(told.sum("tcplens.handshakes", client) - told.failures(client), own.connections, client)
        equal(told.sum("tcplens.handshakes", server) - told.failures(server), previous.connections, server)
        equal(told.sum("tcplens.handshakes", "error.type=refused"), own.refused, "refused")
        equal(told.sum("tcplens.connection.io", sent, client), 100 * own.kept, "sent by the client")
        equal(told.sum("tcplens.connection.io", received, client), 40 * own.kept, "received by the client")
        equal(told.sum("tcplens.connection.io", sent, server), 40 * previous.kept, "sent by the server")
        equal(told.sum("tcplens.connection.io", received, server), 100 * previous.kept, "received by the server")
        // The RST that refuses a connection comes from no socket.
        equal(told.sum("tcplens.resets", sent), own.reset, "RSTs that it sends")
        equal(told.sum("tcplens.resets", received), previous.reset + own.refused, "RSTs that it gets")
        for (role, plan) in [(client, own), (server, previous)] {
            let handshakes = told.histogram("tcplens.handshake.duration", "network.type=ipv4", role)?.count ?? 0
            let others = told.histogram("tcplens.handshake.duration", "network.type=ipv6", role)?.count ?? 0
            equal(handshakes + others, plan.connections, "durations of handshakes as \(role)")
            let ended = ["ipv4", "ipv6"].map {
                told.histogram("tcplens.connection.duration", "network.type=\($0)", role)?.count ?? 0
            }
            equal(ended.reduce(0, +), plan.closed + plan.reset, "durations of connections as \(role)")
        }
    }
}
