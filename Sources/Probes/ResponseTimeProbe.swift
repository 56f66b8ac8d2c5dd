internal import BPF
internal import CProbes
internal import Metrics
internal import Readings

/// Measures how long services take to answer, with programs on `sock_recv_length`, `tcp_rcv_space_adjust` and
/// `sock_send_length`.
final class ResponseTimeProbe {
    private let agent: AgentObject
    private let attached: [AttachedProgram]
    private let rows: CounterHash<response_key>
    /// For ports without a listener, the count of their row at the last reading.
    private var idle: [PortOfRow: UInt64] = [:]

    private static let overflow = response_key(port: 0, overflow: 1, row: HOST_ROW.rawValue)

    /// Attaches the programs of a loaded object, and finds their map.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(_ agent: AgentObject) throws(BPFError) {
        self.agent = agent
        rows = try agent.object.counterHash("tcp_responses")
        // It must be added before rows of ports fill the map.
        try rows.addRow(for: Self.overflow)
        attached = try AttachedProgram.attach(agent.programs.responseTime, of: agent)
    }

    /// How long services took to answer: a row for each port, and the overflow row.
    ///
    /// - Parameter listening: The ports that have a listener. The row of any other port is removed when it has not
    ///   changed since the last reading.
    /// - Returns: The rows. Their workload is the number of the kernel's row.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func rows(listening: Set<PortOfRow>) throws(BPFError) -> [PortRow<Distribution>] {
        var found: [PortRow<Distribution>] = []
        for (key, row) in try rows.rows() {
            let distribution = Distribution(kernel: row)
            let workload = WorkloadIndex(row: key.row)
            let port = PortOfRow(port: key.port, workload: workload)
            if key.overflow != 0 {
                found.append(PortRow(port: nil, value: distribution, workload: workload))
            } else if listening.contains(port) || idle[port] != distribution.count {
                idle[port] = listening.contains(port) ? nil : distribution.count
                found.append(PortRow(port: key.port, value: distribution, workload: workload))
            } else {
                // The port has no listener, and the row has not changed since the last reading.
                try rows.removeRow(of: key)
                idle[port] = nil
            }
        }
        return found
    }
}

/// A port of a workload, which is the number of a row of the kernel.
struct PortOfRow: Hashable {
    /// The port.
    var port: UInt16
    /// The workload.
    var workload: WorkloadIndex
}
