internal import BPF
internal import CProbes
internal import Glibc
internal import Readings
internal import System

/// Checks that adopted programs still run and count: a link may be there whose program nobody calls any more.
enum AdoptionTrial {
    /// The kernel skips a program that it interrupted on the same CPU, so a change is sometimes missed.
    private static let attempts = 3

    /// Opens a listener on loopback for a moment, which changes its state twice.
    ///
    /// - Returns: Whether that was counted.
    /// - Throws: ``BPFError`` when the counters can't be read.
    static func counts(_ agent: AgentObject) throws(BPFError) -> Bool {
        for _ in 0..<attempts {
            let before = try listeners(agent)
            guard (try? LoopbackListener.open()) != nil else { return true }
            if try listeners(agent) > before { return true }
        }
        return false
    }

    /// How many sockets of IPv4 have become listeners.
    private static func listeners(_ agent: AgentObject) throws(BPFError) -> UInt64 {
        let index = Int(
            transition_index(UInt32(NetworkType.ipv4.rawValue), TCP_CLOSE.rawValue, TCP_LISTEN.rawValue)
        )
        var count = try agent.object.perCPUArray("tcp_transitions").columnSums()[index]
        for number in 0..<agent.pinnedBlockCount() {
            guard let block = try agent.openPin(PinName.block(number)) else { continue }
            defer { close(block) }
            for row in 0..<UInt32(ROWS_PER_BLOCK) {
                let counters = try CounterRow.read(row, of: block, columnCount: Int(FLOW_COUNTERS))
                count &+= counters[Int(FLOW_TRANSITIONS) + index]
            }
        }
        return count
    }
}
