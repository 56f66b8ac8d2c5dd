import Dispatch
import Foundation
import Glibc
import Metrics
import Readings
import Synchronization
import Testing

@testable import BPF
@testable import Probes
@testable import System

/// Chains that are too long for one call of a walk: here, many listeners on one port.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct LongChainTests {
    /// Listeners that share a port, and so are in one chain.
    private struct Crowd: Sendable {
        let port: UInt16
        private(set) var sockets: [CInt] = []

        init(_ count: Int) throws {
            let first = try Self.open(0)
            port = try #require(UInt16(exactly: first.port))
            sockets = [first.socket]
            for _ in 1..<count { try add() }
        }

        mutating func add() throws {
            sockets.append(try Self.open(port).socket)
        }

        func closeAll() {
            LocalConnections.end(sockets)
        }

        static func open(_ port: UInt16) throws -> (socket: CInt, port: Int) {
            let listener = try LoopbackSocket(family: AF_INET)
            var one: CInt = 1
            let size = socklen_t(MemoryLayout<CInt>.size)
            let code = unsafe setsockopt(listener.descriptor, SOL_SOCKET, SO_REUSEPORT, &one, size)
            try #require(code == 0)
            try listener.bind(to: "127.0.0.1", port: port)
            try #require(listen(listener.descriptor, 1) == 0)
            let socket = listener.copy()
            try #require(socket >= 0)
            return (socket, Int(try listener.port()))
        }
    }

    /// The listeners on `port` that walks of the shortest calls find.
    private func walk(_ agent: AgentObject, _ count: ConnectionCountProbe, _ port: UInt16) throws -> (
        listeners: UInt64, report: TableWalk.Report
    ) {
        let (report, findings) = try #require(try count.tryWalk(budget: 1))
        let rows = findings.connections.filter { $0.localPort == port && $0.state == .listen }
        return (rows.reduce(0) { $0 + $1.count }, report)
    }

    @Test func `a long chain is visited in many calls, each socket once`() throws {
        try OwnNamespace.run {
            let crowd = try Crowd(1500)
            defer { crowd.closeAll() }
            let agent = try AgentObject(.init(namespace: OwnNamespace.number, ports: [.local]))
            let count = try ConnectionCountProbe(agent)
            let (listeners, report) = try walk(agent, count, crowd.port)
            #expect(report.trouble == nil)
            #expect(listeners == 1500)
            #expect(report.longestChain >= 1500)
            // No call visits more than 64 sockets of a long chain before it looks at the clock.
            #expect(report.calls >= 1500 / 64)
        }
    }

    @Test func `a long chain is exact while sockets come and go`() throws {
        try OwnNamespace.run {
            let crowd = try Crowd(600)
            defer { crowd.closeAll() }
            let agent = try AgentObject(.init(namespace: OwnNamespace.number, ports: [.local]))
            let count = try ConnectionCountProbe(agent)
            let (port, mostOthers) = (crowd.port, 40)
            let churn = Churn()
            let done = DispatchGroup()
            done.enter()
            // A thread of its own: those of queues may all be busy with other tests.
            Thread.detachNewThread {
                churn.run(port, mostOthers)
                done.leave()
            }
            defer { done.wait() }
            defer { churn.isOver.store(true, ordering: .relaxed) }
            for _ in 0..<1000 where churn.rounds.load(ordering: .relaxed) == 0 { usleep(10_000) }
            for _ in 0..<200 {
                let before = churn.rounds.load(ordering: .relaxed)
                let (listeners, report) = try walk(agent, count, port)
                #expect(report.trouble == nil)
                // A walk has many calls, and the others may have been replaced between them.
                let rounds = churn.rounds.load(ordering: .relaxed) - before
                #expect((600...UInt64(600 + mostOthers * (rounds + 1))).contains(listeners), "in \(rounds) rounds")
            }
            #expect(churn.rounds.load(ordering: .relaxed) > 0)
        }
    }

    /// Opens listeners on a port and closes them, again and again.
    private final class Churn: Sendable {
        let isOver = Atomic(false)
        let rounds = Atomic(0)

        func run(_ port: UInt16, _ count: Int) {
            var others: [CInt] = []
            while !isOver.load(ordering: .relaxed) {
                // All end at once, so that calls often end at a socket that is gone when the next one begins.
                while others.count < count, let other = try? Crowd.open(port).socket { others.append(other) }
                LocalConnections.end(others)
                others = []
                rounds.add(1, ordering: .relaxed)
            }
        }
    }
}
