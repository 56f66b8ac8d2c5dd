internal import Metrics

/// A counter that the kernel keeps for a network namespace.
///
/// The raw value is its name in `/proc/net/netstat` or `/proc/net/snmp`, prefixed with the name of its group.
package enum NamespaceCounter: String, CaseIterable, Sendable {
    case listenOverflows = "TcpExt.ListenOverflows"
    case syncookiesSent = "TcpExt.SyncookiesSent"
    case syncookiesReceived = "TcpExt.SyncookiesRecv"
    case syncookiesFailed = "TcpExt.SyncookiesFailed"
    case timeWaitOverflows = "TcpExt.TCPTimeWaitOverflow"
    case segmentsSent = "Tcp.OutSegs"
    case segmentsReceived = "Tcp.InSegs"
    case zeroWindowsAdvertised = "TcpExt.TCPToZeroWindowAdv"
    case windowProbes = "TcpExt.TCPWinProbe"
    case abortsOnData = "TcpExt.TCPAbortOnData"
    case abortsOnClose = "TcpExt.TCPAbortOnClose"
    case abortsOnMemory = "TcpExt.TCPAbortOnMemory"
    case abortsOnTimeout = "TcpExt.TCPAbortOnTimeout"
    case abortsOnLinger = "TcpExt.TCPAbortOnLinger"
    case abortsFailed = "TcpExt.TCPAbortFailed"
    case backlogDrops = "TcpExt.TCPBacklogDrop"
    case receiveQueueDrops = "TcpExt.TCPRcvQDrop"
    case receiveQueuePruned = "TcpExt.RcvPruned"
    case outOfOrderPruned = "TcpExt.OfoPruned"
    case zeroWindowDrops = "TcpExt.TCPZeroWindowDrop"
    /// Handshakes that the peer reset while there was only a request socket. No event fires for these
    /// (`tcp_check_req()` in `net/ipv4/tcp_minisocks.c`).
    case embryonicResets = "TcpExt.EmbryonicRsts"
}

/// The kernel's counters of one network namespace at one time.
package struct NamespaceCounters: Hashable, Sendable, Codable {
    /// By the index of the counter.
    private var values: [UInt64?]

    /// Creates counters from `value`.
    ///
    /// Those that this kernel lacks or that can't be read are nil.
    package init(_ value: (NamespaceCounter) -> UInt64? = { _ in nil }) {
        values = NamespaceCounter.allCases.map(value)
    }

    /// A counter; nil if unknown.
    package subscript(counter: NamespaceCounter) -> UInt64? {
        get {
            guard let index = NamespaceCounter.allCases.firstIndex(of: counter), values.indices.contains(index) else {
                return nil
            }
            return values[index]
        }
        set {
            guard let index = NamespaceCounter.allCases.firstIndex(of: counter), values.indices.contains(index) else {
                return
            }
            values[index] = newValue
        }
    }

    /// By how much the sum of `counters` has grown; nil if none of them is known at both times.
    ///
    /// A counter that the kernel lacks adds nothing. A counter that decreased belongs to another namespace.
    package func increase(of counters: [NamespaceCounter], since earlier: Self) -> UInt64? {
        let increases = counters.compactMap { counter in
            self[counter].flatMap { value in earlier[counter].flatMap { value.increase(since: $0) } }
        }
        guard var sum = increases.first else { return nil }
        for increase in increases.dropFirst() {
            sum.add(increase)
        }
        return sum
    }
}
