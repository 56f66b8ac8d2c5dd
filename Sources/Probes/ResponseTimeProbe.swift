internal import BPF
internal import CProbes
internal import Metrics

/// Measures how long services take to answer, by programs on `sock_recv_length`, `tcp_rcv_space_adjust` and
/// `sock_send_length`.
final class ResponseTimeProbe {
    private let agent: AgentObject
    private let attached: [AttachedProgram]
    private let rows: PerCPUHash<response_key>
    private var series: CumulativeSeries<UInt16, Distribution>
    /// What the row of a port that is gone had counted when it was read last.
    private var idle: [UInt16: UInt64] = [:]

    private static let overflow = response_key(port: 0, overflow: 1)

    /// Attaches the programs of a loaded object, and finds their map.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(
        _ agent: AgentObject,
        _ options: TCPProbes.Options,
        start: Timestamp
    ) throws(BPFError) {
        self.agent = agent
        rows = try agent.object.perCPUHash("tcp_responses")
        // Before any port takes the place.
        try rows.addRow(for: Self.overflow)
        attached = try AttachedProgram.attach(agent.programs.responseTime, of: agent.object)
        series = CumulativeSeries(limit: options.cardinalityLimit, start: start)
    }

    /// `tcplens.response.duration`.
    ///
    /// - Parameters:
    ///   - listening: The ports that something listens on; others end when nobody answers on them any more.
    ///   - time: The moment of the collection.
    /// - Returns: The metric, with a point for each port.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func metric(listening: Set<UInt16>, time: Timestamp) throws(BPFError) -> Metric {
        var overflow = Distribution.zero
        var readings: [(key: UInt16, value: Distribution)] = []
        for (key, row) in try rows.rows() {
            let distribution = Distribution(kernel: row)
            if key.overflow != 0 {
                overflow = distribution
            } else if listening.contains(key.port) || idle[key.port] != distribution.count {
                idle[key.port] = listening.contains(key.port) ? nil : distribution.count
                readings.append((key.port, distribution))
            } else {
                // Nobody listens there, and nobody has answered since the last collection.
                try rows.removeRow(of: key)
                series.expire(key.port)
                idle[key.port] = nil
            }
        }
        series.observe(readings, overflow: overflow, at: time)
        let points = series.series.map { series in
            let attributes: Attributes = series.key.map { [AttributeKey.localPort: .int(Int64($0))] } ?? .overflow
            return series.value.exponentialPoint(attributes: attributes, start: series.start, time: time)
        }
        return Metric(.responseDuration, .exponentialHistogram(points, .cumulative))
    }
}
