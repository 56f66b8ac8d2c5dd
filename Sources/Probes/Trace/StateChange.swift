internal import CProbes
package import Metrics
package import Readings

/// A change of a TCP socket's state, as a program saw it.
package struct StateChange: Sendable {
    /// What is told of a connection at its end.
    package struct End: Hashable, Sendable {
        /// The smoothed round-trip time in nanoseconds; `nil` when none was measured.
        package var roundTripNanoseconds: UInt64?
        /// The segments that were sent again.
        package var retransmits: UInt32
        /// The bytes of data that were sent, each once.
        package var bytesSent: UInt64
        /// The bytes of data that were received.
        package var bytesReceived: UInt64
    }

    /// The process that made the change, where it is known for sure.
    package struct Process: Hashable, Sendable {
        /// Its number in the kernel's own namespace.
        package var identifier: UInt32
        /// The bytes of its name, which may be any but zero.
        package var command: [UInt8]
    }

    let event: trace_event
    /// When it happened, by the wall clock.
    package let time: Timestamp

    init(_ event: trace_event, zeroSinceEpoch: Int64) {
        self.event = event
        time = Timestamp(unixNanoseconds: event.time &+ UInt64(bitPattern: zeroSinceEpoch))
    }

    /// The state that was left.
    package var oldState: ConnectionState { ConnectionState(rawValue: event.old_state) ?? .closed }

    /// The state that was entered.
    package var newState: ConnectionState { ConnectionState(rawValue: event.new_state) ?? .closed }

    /// The protocol that the packets travel by.
    package var type: NetworkType { NetworkType(rawValue: event.type) ?? .ipv4 }

    /// The address of this side.
    package var localAddress: IPAddress { IPAddress(event.local_address, type: type) }

    /// The port of this side; 0 when the kernel had not chosen one before the socket was closed.
    package var localPort: UInt16 { event.local_port }

    /// The address of the other side; all zeros for a listener.
    package var peerAddress: IPAddress { IPAddress(event.peer_address, type: type) }

    /// The port of the other side; 0 for a listener.
    package var peerPort: UInt16 { event.peer_port }

    /// Which end of a connection the socket is; `nil` for a listener.
    package var role: HandshakeRole? { knows(TRACE_ROLE) ? HandshakeRole(rawValue: event.role) : nil }

    /// How many nanoseconds the socket was in the state that it left; `nil` when nobody saw it enter that.
    package var heldNanoseconds: UInt64? { knows(TRACE_HELD) ? event.held : nil }

    /// The number of the interface on which link-local addresses are meant; 0 when neither address is one.
    package var interface: UInt32 { event.interface }

    /// The network namespace of the socket, by inode number.
    package var namespace: UInt32 { event.netns }

    /// The control group of the socket, by inode number; 0 when it is not known.
    package var cgroup: UInt64 { event.cgroup }

    /// What is told of a connection at its end; `nil` before.
    package var end: End? {
        guard knows(TRACE_END) else { return nil }
        return End(
            roundTripNanoseconds: event.srtt == 0 ? nil : UInt64(event.srtt) * 125,
            retransmits: event.retransmits,
            bytesSent: event.sent,
            bytesReceived: event.received
        )
    }

    /// The process that connects or listens; `nil` for every other change, as those may come with a segment or a timer.
    package var process: Process? {
        guard knows(TRACE_PROCESS) else { return nil }
        let words = [event.command.0, event.command.1]
        let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word.littleEndian >> ($0 * 8)) } }
        return Process(identifier: event.process, command: Array(bytes.prefix { $0 != 0 }))
    }

    /// The value of `error.type`: why the connection, or the attempt at one, has failed; `nil` when it has not.
    package var error: String? {
        // SUCCEEDED and NO_OUTCOME have no such value.
        HandshakeOutcome(rawValue: event.failure)?.attributeValue
    }

    private func knows(_ what: trace_known) -> Bool {
        UInt32(event.known) & what.rawValue != 0
    }
}
