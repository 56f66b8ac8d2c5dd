internal import BPF
internal import CProbes
internal import Metrics
internal import Readings

/// Measures how long services take to answer, with programs on `sock_recv_length`, `tcp_rcv_space_adjust` and
/// `sock_send_length`.
final class ResponseTimeProbe {
    private let agent: AgentObject
    private let attached: [AttachedProgram]
    private let rows: PerCPUHash<response_key>
    /// For ports without a listener, the count of their row at the last reading.
    private var idle: [UInt16: UInt64] = [:]

    private static let overflow = response_key(port: 0, overflow: 1)

    /// Attaches the programs of a loaded object, and finds their map.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(_ agent: AgentObject) throws(BPFError) {
        self.agent = agent
        rows = try agent.object.perCPUHash("tcp_responses")
        // It must be added before rows of ports fill the map.
        try rows.addRow(for: Self.overflow)
        attached = try AttachedProgram.attach(agent.programs.responseTime, of: agent.object)
    }

    /// How long services took to answer: a row for each port, and the overflow row.
    ///
    /// - Parameter listening: The ports that have a listener. The row of any other port is removed when it has not
    /// changed
    ///   since the last reading.
    /// - Returns: The rows.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func rows(listening: Set<UInt16>) throws(BPFError) -> [PortRow<Distribution>] {
        var found: [PortRow<Distribution>] = []
        for (key, row) in try rows.rows() {
            let distribution = Distribution(kernel: row)
            if key.overflow != 0 {
                found.append(PortRow(port: nil, value: distribution))
            } else if listening.contains(key.port) || idle[key.port] != distribution.count {
                idle[key.port] = listening.contains(key.port) ? nil : distribution.count
                found.append(PortRow(port: key.port, value: distribution))
            } else {
                // The port has no listener, and the row has not changed since the last reading.
                try rows.removeRow(of: key)
                idle[key.port] = nil
            }
        }
        return found
    }
}
