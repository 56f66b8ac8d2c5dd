internal import CProbes
package import Metrics
package import Readings

/// A change of a TCP socket's state, as a program saw it.
package struct StateChange: Sendable {
    /// What an event says about a connection at its end.
    package struct End: Hashable, Sendable {
        /// The smoothed round-trip time in nanoseconds; `nil` if none was measured.
        package var roundTripNanoseconds: UInt64?
        /// The number of retransmitted segments.
        package var retransmits: UInt32
        /// The bytes of data that were sent, each counted once.
        package var bytesSent: UInt64
        /// The bytes of data that were received.
        package var bytesReceived: UInt64
    }

    /// The process that made the change, if that is certain.
    package struct Process: Hashable, Sendable {
        /// Its ID in the initial PID namespace.
        package var identifier: UInt32
        /// The bytes of its name: any except zero.
        package var command: [UInt8]
    }

    let event: trace_event
    /// When it happened, by the wall clock.
    package let time: Timestamp

    init(_ event: trace_event, zeroSinceEpoch: Int64) {
        self.event = event
        time = Timestamp(unixNanoseconds: event.time &+ UInt64(bitPattern: zeroSinceEpoch))
    }

    /// The state before the change.
    package var oldState: ConnectionState { ConnectionState(rawValue: event.old_state) ?? .closed }

    /// The state after the change.
    package var newState: ConnectionState { ConnectionState(rawValue: event.new_state) ?? .closed }

    /// The network protocol of the packets.
    package var type: NetworkType { NetworkType(rawValue: event.type) ?? .ipv4 }

    /// The local address.
    package var localAddress: IPAddress { IPAddress(event.local_address, type: type) }

    /// The local port; 0 if the kernel had not chosen one before the socket was closed.
    package var localPort: UInt16 { event.local_port }

    /// The peer's address; all zeros for a listener.
    package var peerAddress: IPAddress { IPAddress(event.peer_address, type: type) }

    /// The peer's port; 0 for a listener.
    package var peerPort: UInt16 { event.peer_port }

    /// The role of the socket in its connection; `nil` for a listener.
    package var role: HandshakeRole? { knows(TRACE_ROLE) ? HandshakeRole(rawValue: event.role) : nil }

    /// How many nanoseconds the socket was in the old state; `nil` if no program saw it enter that state.
    package var heldNanoseconds: UInt64? { knows(TRACE_HELD) ? event.held : nil }

    /// The index of the interface of link-local addresses; 0 if neither address is one.
    package var interface: UInt32 { event.interface }

    /// The network namespace of the socket, by inode number.
    package var namespace: UInt32 { event.netns }

    /// The cgroup of the socket, by inode number; 0 if unknown.
    package var cgroup: UInt64 { event.cgroup }

    /// What is known about a connection at its end; `nil` before the end.
    package var end: End? {
        guard knows(TRACE_END) else { return nil }
        return End(
            roundTripNanoseconds: event.srtt == 0 ? nil : UInt64(event.srtt) * 125,
            retransmits: event.retransmits,
            bytesSent: event.sent,
            bytesReceived: event.received
        )
    }

    /// The process that connects or listens; `nil` for all other changes, which may be made by a segment or a timer.
    package var process: Process? {
        guard knows(TRACE_PROCESS) else { return nil }
        var command: [UInt8] = []
        command.reserveCapacity(16)
        for word in [event.sent, event.received] {
            for place in UInt64(0)..<8 { command.append(UInt8(truncatingIfNeeded: word.littleEndian >> (place * 8))) }
        }
        return Process(identifier: event.process, command: Array(command.prefix { $0 != 0 }))
    }

    /// The value of `error.type`: why the connection, or the attempt to connect, has failed; `nil` if it has not.
    package var error: String? {
        // SUCCEEDED and NO_OUTCOME have no such value.
        HandshakeOutcome(rawValue: event.failure)?.attributeValue
    }

    private func knows(_ what: trace_known) -> Bool {
        UInt32(event.known) & what.rawValue != 0
    }
}
