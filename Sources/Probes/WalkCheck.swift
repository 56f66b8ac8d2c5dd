internal import BPF
internal import Readings

/// Whether a walk over the kernel's tables can be trusted on this kernel: it is held against the kernel's iterator.
///
/// The walk relies on how the kernel lays out its tables. If that changes, it must be noticed before it is used.
struct WalkCheck {
    /// Why the walk can't be used; nil if it can.
    private(set) var reason: String?
    private var isWithoutTable = false

    private static let attempts = 4

    /// Counts the sockets of this namespace in both ways.
    ///
    /// The iterator comes first: it gives each socket a cookie, so that the walk knows the sockets from then on.
    ///
    /// - Parameters:
    ///   - count: The passes.
    ///   - connections: The present table of ``Counter/transitions``.
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(_ count: ConnectionCountProbe, connections: () throws(BPFError) -> [UInt64]) throws(BPFError) {
        for _ in 0..<Self.attempts {
            let before = TransitionCounts(try connections())
            let iterated = ConnectionCounts(of: try count.iterate())
            guard let (report, findings) = try count.tryWalk() else {
                reason = "this kernel does not let programs walk over its tables"
                return
            }
            reason = report.trouble?.description
            isWithoutTable = report.trouble == .noTable
            if isWithoutTable { return }
            // Other troubles may come from a socket that was about to become another one.
            guard report.trouble == nil else { continue }
            let after = TransitionCounts(try connections())
            reason = Self.difference(iterated, ConnectionCounts(of: findings)) { state in
                after.changes(of: state) &- before.changes(of: state)
            }
            if reason == nil { return }
        }
    }

    /// Where the counts differ by more than what has changed meanwhile.
    ///
    /// Sockets in TIME_WAIT and requests come and go without an event.
    ///
    /// - Parameters:
    ///   - one: What the iterator has counted.
    ///   - other: What the walk has counted.
    ///   - changes: How often sockets have entered or left a state meanwhile.
    /// - Returns: What differs, for messages; nil if the counts agree.
    static func difference(
        _ one: ConnectionCounts,
        _ other: ConnectionCounts,
        _ changes: (ConnectionState) -> UInt64 = { _ in 0 }
    ) -> String? {
        for state in ConnectionState.counted where state != .timeWait && state != .synReceived && state != .finWait2 {
            let (most, least) = (max(one[state], other[state]), min(one[state], other[state]))
            if most - least > changes(state) {
                return "it finds \(other[state]) sockets in \(state), and the kernel's iterator \(one[state])"
            }
        }
        return nil
    }

    /// Why only the sockets of one namespace can be counted; nil if those of all can.
    func whyOneNamespace(readsMemory: Bool) -> String? {
        isWithoutTable ? TableWalk.Trouble.noTable.whyOneNamespace(readsMemory: readsMemory) : reason
    }

    /// What there is to say about it, unless it was said before anything was loaded.
    ///
    /// - Parameters:
    ///   - programs: The loaded programs.
    ///   - readsMemory: Whether programs may read the kernel's memory. If not, they can still cast addresses, but only
    ///     since 6.2.
    /// - Returns: The limitation; nil if the walk can be used, or its absence was already reported.
    func limitation(_ programs: AgentPrograms, readsMemory: Bool) -> Limitation? {
        guard let reason, programs.walk != nil else { return nil }
        if !readsMemory, isWithoutTable { return .lockdown("counting takes longer") }
        return Limitation(.version, "sockets can't be counted without locks here: \(reason); counting takes longer")
    }
}

extension ConnectionCounts {
    /// The sums of what a pass has found.
    init(of findings: ConnectionCountProbe.Findings) {
        self.init()
        for row in findings.connections { add(row.count, to: .init(row.state, row.type)) }
    }
}

extension TransitionCounts {
    /// How often connections have entered or left `state`.
    fileprivate func changes(of state: ConnectionState) -> UInt64 {
        UInt64(clamping: inflow(into: state) &+ outflow(from: state))
    }
}
