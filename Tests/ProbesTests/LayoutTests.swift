import Readings
import CProbes
import Testing

@testable import BPF
@testable import Probes

/// What C and Swift share, compared without root: libbpf reads the objects, nothing reaches the kernel.
@Suite struct LayoutTests {
    @Test(arguments: EmbeddedObject.allCases)
    func `every embedded object is a BPF object`(embedded: EmbeddedObject) throws {
        _ = try Object(embedded)
    }

    @Test func `the rows of tcp_state_map are what Swift reads`() throws {
        let object = try Object(.connectionCount)
        let layout = object.layout(of: "tcp_state_map")
        #expect(layout?.key == MemoryLayout<connection_count_key>.stride)
        #expect(layout?.value == MemoryLayout<connection_count>.stride)
    }

    @Test func `the rows of tcp_listeners are what Swift reads`() throws {
        let object = try Object(.connectionCount)
        let layout = object.layout(of: "tcp_listeners")
        #expect(layout?.key == MemoryLayout<listener_key>.stride)
        #expect(layout?.value == MemoryLayout<listener_queues>.stride)
    }

    @Test(arguments: [
        (EmbeddedObject.connections, "tcp_transitions", MemoryLayout<transitions>.size / 8),
        (.connections, "tcp_handshakes", MemoryLayout<handshakes>.size / 8),
        (.connections, "tcp_io", MemoryLayout<io_counts>.size / 8),
        (.connections, "losses", 1), (.retransmits, "tcp_retransmits", 1), (.resets, "tcp_resets", 1),
        (.connections, "tcp_durations", MemoryLayout<histogram>.size / 8),
    ])
    func `counters are 64 bits wide`(embedded: EmbeddedObject, map: String, columns: Int) throws {
        let object = try Object(embedded)
        let layout = object.layout(of: map)
        #expect(layout?.key == 4)
        #expect(layout?.value == 8 * columns)
    }

    @Test func `what objects share has one layout`() throws {
        let one = try Object(.connections)
        let other = try Object(.connectionCount)
        for map in ["connections", "tcp_durations", "tcp_io"] {
            let (left, right) = (one.layout(of: map), other.layout(of: map))
            #expect(left?.value == right?.value)
            #expect(left != nil)
        }
    }

    @Test func `an unknown map has no layout and an unknown constant is refused`() throws {
        let object = try Object(.connections)
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
