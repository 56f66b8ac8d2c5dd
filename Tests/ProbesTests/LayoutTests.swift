import CProbes
import Readings
import Testing

@testable import BPF
@testable import Probes

/// Compares what C and Swift share.
///
/// Needs no root: libbpf reads the objects, but nothing is loaded.
@Suite struct LayoutTests {
    @Test(arguments: EmbeddedObject.allCases)
    func `every embedded object is a BPF object`(embedded: EmbeddedObject) throws {
        _ = try Object(embedded)
    }

    @Test func `the rows of tcp_state_map are what Swift reads`() throws {
        let object = try Object(.agent)
        let layout = object.layout(of: "tcp_state_map")
        #expect(layout?.key == MemoryLayout<connection_count_key>.stride)
        #expect(layout?.value == MemoryLayout<connection_count>.stride)
    }

    @Test func `the rows of tcp_listeners are what Swift reads`() throws {
        let object = try Object(.agent)
        let layout = object.layout(of: "tcp_listeners")
        #expect(layout?.key == MemoryLayout<listener_key>.stride)
        #expect(layout?.value == MemoryLayout<listener_queues>.stride)
    }

    @Test(arguments: [
        ("tcp_transitions", MemoryLayout<transitions>.size / 8), ("tcp_handshakes", MemoryLayout<handshakes>.size / 8),
        ("tcp_io", MemoryLayout<io_counts>.size / 8), ("tcp_losses", 1), ("tcp_retransmits", 1), ("tcp_resets", 1),
        ("tcp_durations", MemoryLayout<histogram>.size / 8),
    ])
    func `counters are 64 bits wide`(map: String, columns: Int) throws {
        let object = try Object(.agent)
        let layout = object.layout(of: map)
        #expect(layout?.key == 4)
        #expect(layout?.value == 8 * columns)
    }

    @Test(arguments: [EmbeddedObject.agent, .groups])
    func `the set of ports is what Swift empties`(embedded: EmbeddedObject) throws {
        let object = try Object(embedded)
        #expect(object.layout(of: "tcp_open_ports")?.value == MemoryLayout<PortSet>.stride)
        #expect(MemoryLayout<PortSet>.stride == MemoryLayout<port_set>.stride)
        #expect(PORT_WORDS * PORTS_PER_WORD == 65_536)
    }

    @Test func `an unknown map has no layout and an unknown constant is refused`() throws {
        let object = try Object(.agent)
        #expect(object.layout(of: "no_such_map") == nil)
        #expect(throws: BPFError.self) { try object.setConstant("no_such_constant", to: UInt32(1)) }
        #expect(throws: BPFError.self) { try object.setConstant("observed_netns", to: UInt64(1)) }
    }

    @Test func `states have the kernel's numbers and names`() {
        let numbers = [
            TCP_ESTABLISHED, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_TIME_WAIT, TCP_CLOSE,
            TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_LISTEN, TCP_CLOSING,
        ]
        #expect(ConnectionState.allCases.map { UInt32($0.rawValue) } == numbers.map(\.rawValue))
        #expect(ConnectionState.allCases.map(\.kernel) == numbers)
        #expect(NetworkType.allCases.map(\.kernel) == [IPV4, IPV6])
        #expect(ConnectionState(kernel: TCP_NEW_SYN_RECV) == nil)
    }
}
