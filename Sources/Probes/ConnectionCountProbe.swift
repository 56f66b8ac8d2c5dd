internal import BPF
internal import CProbes
public import Metrics

/// Counts the connections of this network namespace by walking over them in the kernel.
public final class ConnectionCountProbe {
    private let object: Object
    private let iterator: BPF.Iterator
    private let rows: Map<connection_count_key, connection_count>
    private let start: Timestamp

    /// Loads `bpf/connection_count.bpf.c`.
    ///
    /// - Parameter start: When the process began to count; what the points give as their start.
    /// - Throws: ``ProbeError`` when the kernel refuses.
    public init(start: Timestamp) throws(ProbeError) {
        do throws(BPFError) {
            let object = try Object(.connectionCount)
            try object.load()
            rows = try object.map("tcp_state_map")
            iterator = try object.makeIterator("count_connections")
            self.object = object
            self.start = start
            try clear()
        } catch {
            throw ProbeError(error)
        }
    }

    /// Counts all connections now.
    ///
    /// The walk visits each socket once but is no transaction: a socket that changes its state meanwhile is counted in
    /// one of the two.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    public func count() throws(ProbeError) -> ConnectionCounts {
        do throws(BPFError) {
            try clear()
            try iterator.run()
            var counts = ConnectionCounts()
            for (key, row) in try rows.entries() {
                guard let state = ConnectionState(kernel: key.state), let type = NetworkType(kernel: key.type) else {
                    continue
                }
                counts[state, type] = row.sockets
            }
            return counts
        } catch {
            throw ProbeError(error)
        }
    }

    /// Sets every row to zero, and makes those that are not there yet.
    private func clear() throws(BPFError) {
        for type in NetworkType.allCases {
            for state in ConnectionState.counted {
                let key = connection_count_key(state: state.kernel, type: type.kernel)
                try rows.setValue(connection_count(sockets: 0), of: key)
            }
        }
    }
}

extension ConnectionCountProbe: MetricProducer {
    /// `system.network.connection.count`: a point for every state and type, zeros included.
    public func metrics(at time: Timestamp) throws -> [Metric] {
        [try count().metric(start: start, time: time)]
    }
}

extension ConnectionState {
    /// Reads a state of the kernel, or `nil` if it is none.
    init?(kernel: tcp_state) {
        self.init(rawValue: UInt8(clamping: kernel.rawValue))
    }

    /// The kernel's state.
    var kernel: tcp_state {
        tcp_state(rawValue: UInt32(rawValue))
    }
}

extension NetworkType {
    /// Reads a type as the programs write it, or `nil` if it is none.
    init?(kernel: network_type) {
        self.init(rawValue: UInt8(clamping: kernel.rawValue))
    }

    /// The type as the programs write it.
    var kernel: network_type {
        network_type(rawValue: UInt32(rawValue))
    }
}
