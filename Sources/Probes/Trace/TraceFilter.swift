internal import CProbes
internal import FoundationEssentials
package import Readings

/// Which changes of state are wanted.
///
/// Properties that are not set do not restrict them.
package struct TraceFilter: Equatable, Sendable {
    /// The old or the new state is one of these; empty for all states.
    package var states: Set<ConnectionState> = []
    /// The port of either side.
    package var port: UInt16?
    /// The local port.
    package var localPort: UInt16?
    /// The peer's port.
    package var peerPort: UInt16?
    /// The peer's address is in this block.
    package var peer: AddressBlock?
    /// The network protocol of the packets.
    package var type: NetworkType?
    /// The role of the socket in its connection.
    ///
    /// Listeners have no role.
    package var role: HandshakeRole?
    /// Only changes that end a connection, or an attempt to connect, by a failure.
    package var failed = false
    /// Longer than this in the old state.
    package var slowerThan: Duration?

    /// Creates a filter that wants everything.
    package init() {}

    /// The ports from which the kernel chooses one for a socket that connects unbound.
    static func choosablePorts() -> ClosedRange<UInt16> {
        let text = (try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)) ?? ""
        let bounds = text.split(whereSeparator: \.isWhitespace).compactMap { UInt16($0) }
        // If the range can't be read, any port is possible.
        guard bounds.count == 2, bounds[0] <= bounds[1] else { return 1...UInt16.max }
        return bounds[0]...bounds[1]
    }

    /// The structure that the program reads.
    func kernel(choosable: ClosedRange<UInt16>) -> trace_filter {
        var filter = trace_filter()
        filter.states = states.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
        filter.port = port ?? 0
        filter.local_port = localPort ?? 0
        filter.peer_port = peerPort ?? 0
        filter.late_port = [port, localPort].contains { $0.map(choosable.contains) ?? false } ? 1 : 0
        if let peer {
            filter.by_peer = 1
            filter.peer_address = peer.address.words
            filter.peer_mask = peer.mask.words
        }
        filter.type = (peer?.address.type ?? type).map { $0.rawValue + 1 } ?? 0
        filter.role = role.map { $0.rawValue + 1 } ?? 0
        filter.failed = failed ? 1 : 0
        filter.slower_than = slowerThan?.nanoseconds ?? 0
        return filter
    }

    /// Whether an event is wanted whose local port the program did not know.
    func accepts(latePort: UInt16, peerPort: UInt16) -> Bool {
        (localPort == nil || localPort == latePort) && (port == nil || port == latePort || port == peerPort)
    }
}

extension Duration {
    /// Whole nanoseconds, from 0 to the greatest value that the program can compare.
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product &+ UInt64(attoseconds / 1_000_000_000)
    }
}
