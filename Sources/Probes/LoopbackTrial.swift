internal import BPF
internal import Readings
internal import System

/// Makes connections over loopback and checks that the probes see them.
package struct LoopbackTrial: Sendable {
    /// The result for the connection over one protocol.
    package enum Result: Equatable, Sendable {
        /// The pass found it, and its transition was counted.
        case seen
        /// The pass did not find it in its actual state.
        case notCounted
        /// The tracepoint's program did not count its change to ESTABLISHED.
        case notFollowed
        /// It could not be made, which says nothing about the probes.
        case notMade(String)
    }

    /// The results, by the loopback address of the connection.
    package private(set) var results: [(address: String, result: Result)] = []
    /// How many connections the last pass counted, including those of other processes.
    package private(set) var connectionCount: UInt64 = 0
    /// How long that pass took.
    package private(set) var passDuration = Duration.zero

    private static let attempts = 3

    /// Makes a connection over IPv4 and one over IPv6, and looks for each.
    ///
    /// - Parameter probes: The probes to check. They must split counts by the local port.
    /// - Throws: ``ProbeError`` when the probes can't be read.
    package init(of probes: TCPProbes) throws(ProbeError) {
        do throws(BPFError) {
            for (address, type) in [("127.0.0.1", NetworkType.ipv4), ("::1", .ipv6)] {
                // The kernel skips a program that it interrupted on the same CPU, so a change is sometimes missed.
                var result = Result.notFollowed
                for _ in 0..<Self.attempts where result == .notFollowed {
                    result = try look(for: address, type, probes)
                }
                results.append((address, result))
            }
        } catch {
            throw ProbeError(error)
        }
    }

    private mutating func look(for address: String, _ type: NetworkType, _ probes: TCPProbes) throws(BPFError) -> Result
    {
        let before = TransitionCounts(try probes.transitionTable())
        let connection: LoopbackConnection
        do throws(SystemError) {
            connection = try LoopbackConnection(to: address)
        } catch {
            return .notMade("\(error)")
        }
        let start = ContinuousClock.now
        let rows = try probes.count.pass().connections.map(\.ofHost)
        passDuration = start.duration(to: .now)
        connectionCount = rows.reduce(0) { $0 &+ $1.count }
        let after = TransitionCounts(try probes.transitionTable())
        // Only this test uses the port: its listener, and the accepted socket.
        for state in [ConnectionState.listen, .established] {
            let row = ConnectionRow(state, type, localPort: connection.port, count: 1)
            // In an overflow row it can't be distinguished from others.
            guard rows.contains(row) || rows.contains(where: { $0.isOverflow && $0.state == state }) else {
                return .notCounted
            }
        }
        for previous in [ConnectionState.synSent, .synReceived] {
            let transition = TransitionCounts.Transition(previous, .established, type)
            guard after[transition] > before[transition] else { return .notFollowed }
        }
        return .seen
    }
}
