import CProbes
import Readings
import Testing

@testable import BPF
@testable import Probes

/// The parts of `trace` that are outside of the kernel.
@Suite struct TraceTests {
    private static let choosable: ClosedRange<UInt16> = 32_768...60_999

    @Test func `constants have the layout that the program reads, and the buffer can be resized`() throws {
        let object = try Object(.trace)
        try object.setConstant("filter", to: TraceFilter().kernel(choosable: Self.choosable))
        try object.setConstant("wake_step", to: UInt64(1 << 20))
        try object.setCapacity(1 << 22, of: "tcp_events")
        #expect(throws: BPFError.self) { try object.setConstant("filter", to: UInt64(0)) }
        #expect(throws: BPFError.self) { try object.setConstant("wake_step", to: UInt32(0)) }
        #expect(throws: BPFError.self) { try object.setCapacity(1 << 22, of: "no_such_map") }
    }

    @Test func `a filter that wants everything is all zeros`() {
        let filter = TraceFilter().kernel(choosable: Self.choosable)
        #expect((filter.states, filter.port, filter.local_port, filter.peer_port) == (0, 0, 0, 0))
        #expect((filter.type, filter.role, filter.by_peer, filter.failed) == (0, 0, 0, 0))
        #expect((filter.slower_than, filter.late_port) == (0, 0))
    }

    @Test func `a filter's parts are where the program looks for them`() {
        var wanted = TraceFilter()
        wanted.states = [.listen, .closed]
        wanted.peer = AddressBlock("10.1.2.3/8")
        wanted.role = .server
        wanted.failed = true
        wanted.slowerThan = .microseconds(1500)
        let filter = wanted.kernel(choosable: Self.choosable)
        #expect(filter.states == 1 << 10 | 1 << 7)
        #expect(filter.by_peer == 1 && filter.type == UInt8(IPV4.rawValue) + 1)
        #expect(filter.peer_address.0 == UInt32(0x0A00_0000).bigEndian)
        #expect(filter.peer_mask.0 == UInt32(0xFF00_0000).bigEndian)
        #expect(filter.role == UInt8(SERVER.rawValue) + 1)
        #expect(filter.failed == 1)
        #expect(filter.slower_than == 1_500_000)
    }

    @Test(arguments: [
        (443, nil, false), (40_000, nil, true), (nil, 40_000, true), (nil, 443, false), (nil, nil, false),
    ])
    func `only a port that the kernel may choose is passed on undecided`(port: UInt16?, local: UInt16?, isLate: Bool) {
        var filter = TraceFilter()
        (filter.port, filter.localPort) = (port, local)
        #expect((filter.kernel(choosable: Self.choosable).late_port == 1) == isLate)
        #expect(filter.accepts(latePort: 40_000, peerPort: 443) == (local != 443))
        #expect(filter.accepts(latePort: 40_001, peerPort: 8080) == (port == nil && local == nil))
    }

    @Test(
        arguments: [
            ("10.1.2.3", "10.1.2.3", 32), ("10.1.2.3/8", "10.0.0.0", 8), ("0.0.0.0/0", "0.0.0.0", 0),
            ("2001:db8:1:2:3::/48", "2001:db8:1::", 48), ("2001:db8::1", "2001:db8::1", 128), ("::/0", "::", 0),
            ("fe80::ff:1/65", "fe80::", 65), ("::ffff:10.1.2.3", "10.1.2.3", 32),
            ("::ffff:10.1.2.3/104", "10.0.0.0", 8),
        ]
    )
    func `a block of addresses begins where its length says`(text: String, first: String, length: Int) throws {
        let block = try #require(AddressBlock(text))
        #expect(block.address == IPAddress(first))
        #expect(block.length == length)
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "::ffff:1.2.3.4/95", "a/8", "/8",
        "1.2.3",
    ])
    func `text that is not a block of addresses is refused`(text: String) {
        #expect(AddressBlock(text) == nil)
    }

    @Test func `a state goes by the names of both, in capitals or not`() {
        for state in ConnectionState.allCases {
            #expect(ConnectionState(name: state.attributeValue) == state)
            #expect(ConnectionState(name: state.kernelName) == state)
            #expect(ConnectionState(name: state.kernelName.lowercased()) == state)
        }
        #expect(ConnectionState(name: "ESTAB") == nil)
    }

    @Test func `a group that is not known is looked for, but not again and again`() {
        var found: [[UInt64: String]] = [[1: "/"], [1: "/", 7: "/new"], [9: "/later"]]
        var (reads, time) = (0, ContinuousClock.now)
        var containers = Containers(
            read: {
                reads += 1
                return found.removeFirst()
            },
            now: { time }
        )
        #expect(containers.path(of: 1) == "/")
        #expect(reads == 1)
        #expect(containers.path(of: 7) == "/new")
        #expect(containers.path(of: 9) == nil)
        #expect(containers.path(of: 0) == nil)
        #expect(reads == 2)
        time += .seconds(1)
        #expect(containers.path(of: 9) == "/later")
        #expect(containers.path(of: 7) == "/new", "a group that has gone keeps its name")
    }
}

/// The ports that the kernel chooses after the first event of a socket.
@Suite struct LatePortsTests {
    private func event(_ socket: UInt64, _ old: tcp_state, _ new: tcp_state, port: UInt16 = 0) -> trace_event {
        var event = trace_event()
        event.socket = socket
        (event.old_state, event.new_state) = (UInt8(old.rawValue), UInt8(new.rawValue))
        event.local_port = port
        return event
    }

    private func open(_ socket: UInt64) -> trace_event { event(socket, TCP_CLOSE, TCP_SYN_SENT) }

    private func unasked(_ event: trace_event) -> LatePorts.Answer {
        Issue.record("asked for \(event.socket)")
        return .gone
    }

    @Test func `the next event of the same socket tells it`() {
        var ports = LatePorts()
        let batch = [
            open(1), open(2), event(1, TCP_SYN_SENT, TCP_ESTABLISHED, port: 11),
            event(2, TCP_SYN_SENT, TCP_CLOSE, port: 22),
            open(1), event(1, TCP_FIN_WAIT2, TCP_CLOSE, port: 33),
        ]
        let events = ports.complete(batch, isDrained: true, ask: unasked)
        #expect(events.map(\.local_port) == [11, 22, 11, 22, 33, 33])
        #expect(events.map(\.socket) == batch.map(\.socket))
    }

    @Test func `a socket that waits for an answer is asked`() {
        var ports = LatePorts()
        let events = ports.complete([open(1)], isDrained: true) { _ in .port(77) }
        #expect(events.map(\.local_port) == [77])
    }

    @Test func `one that has none yet waits, and stays before what follows`() {
        var ports = LatePorts()
        #expect(
            ports.complete([open(1), event(5, TCP_CLOSE, TCP_LISTEN)], isDrained: true) { _ in .notYet }.count == 1
        )
        let next = [event(6, TCP_CLOSE, TCP_LISTEN), event(1, TCP_SYN_SENT, TCP_ESTABLISHED, port: 9)]
        let events = ports.complete(next, isDrained: true, ask: unasked)
        #expect(events.map(\.socket) == [1, 6, 1])
        #expect(events.map(\.local_port) == [9, 0, 9])
        #expect(ports.finish().isEmpty)
    }

    @Test func `one that has ended meanwhile waits until its next event must have come`() {
        var ports = LatePorts()
        #expect(ports.complete([open(1), open(2)], isDrained: false) { _ in .gone }.isEmpty)
        #expect(ports.complete([], isDrained: false, ask: unasked).isEmpty)
        let events = ports.complete([event(2, TCP_SYN_SENT, TCP_CLOSE, port: 8)], isDrained: true, ask: unasked)
        // The next event of the first one was lost, and its port with it.
        #expect(events.map(\.socket) == [1, 2, 2])
        #expect(events.map(\.local_port) == [0, 8, 8])
    }

    @Test func `what waits at the end is not lost`() {
        var ports = LatePorts()
        _ = ports.complete([open(1)], isDrained: true) { _ in .notYet }
        #expect(ports.finish().map(\.socket) == [1])
        #expect(ports.finish().isEmpty)
    }
}
