import FoundationEssentials
import Metrics
import Probes

/// Writes changes of state for programs: a JSON object a line.
struct TraceJSON {
    /// The second that was written last and how: most events share it with the one before.
    private var second: (number: UInt64, text: [UInt8]) = (.max, [])
    /// The control group that was written last, and the field that names it.
    private var container: (cgroup: UInt64, field: [UInt8]) = (0, [])
    private var containers: Containers

    /// Creates a writer that names containers by `containers`.
    init(containers: Containers) {
        self.containers = containers
    }

    /// Appends the line of `change` to `line`.
    ///
    /// A field that every change has is `null` where it is not known: the duration of a state that nobody saw begin, and the
    /// role of a listener. A field that only some have is absent.
    mutating func write(_ change: StateChange, to line: inout [UInt8]) {
        line.append(#"{"time":""#)
        append(change.time, to: &line)
        line.append(#"","old_state":""#)
        line.append(change.oldState.attributeValue)
        line.append(#"","new_state":""#)
        line.append(change.newState.attributeValue)
        line.append(#"","type":""#)
        line.append(change.type.attributeValue)
        line.append(#"","local_address":""#)
        line.append(change.localAddress)
        line.append(#"","local_port":"#)
        line.append(change.localPort)
        line.append(#","peer_address":""#)
        line.append(change.peerAddress)
        line.append(#"","peer_port":"#)
        line.append(change.peerPort)
        switch change.role {
        case .client: line.append(#","role":"client""#)
        case .server: line.append(#","role":"server""#)
        case nil: line.append(#","role":null"#)
        }
        line.append(#","state_duration_seconds":"#)
        if let held = change.heldNanoseconds { line.append(seconds: held) } else { line.append("null") }
        line.append(#","netns":"#)
        line.append(change.namespace)
        line.append(#","cgroup_id":"#)
        line.append(change.cgroup)
        appendContainer(of: change.cgroup, to: &line)
        if let process = change.process { Self.append(process, to: &line) }
        if let end = change.end { Self.append(end, to: &line) }
        if let error = change.error {
            line.append(#","error":""#)
            line.append(error)
            line.append(UInt8(ascii: "\""))
        }
        line.append("}\n")
    }

    /// Appends a moment by RFC 3339, to the nanosecond.
    private mutating func append(_ time: Timestamp, to line: inout [UInt8]) {
        let number = time.unixNanoseconds / 1_000_000_000
        if number != second.number {
            let text = Date(timeIntervalSince1970: Double(number)).formatted(.iso8601)
            second = (number, Array(text.utf8.dropLast()))
        }
        line += second.text
        line.append(UInt8(ascii: "."))
        line.append(digitsOf: time.unixNanoseconds % 1_000_000_000, atLeast: 9)
        line.append(UInt8(ascii: "Z"))
    }

    private mutating func appendContainer(of cgroup: UInt64, to line: inout [UInt8]) {
        if container.cgroup != cgroup {
            container = (cgroup, [])
            if let path = containers.path(of: cgroup) {
                container.field.append(#","container_id":"#)
                container.field.append(json: path.utf8)
            } else {
                // It is looked for again with the next event.
                container.cgroup = 0
            }
        }
        line += container.field
    }

    private static func append(_ process: StateChange.Process, to line: inout [UInt8]) {
        line.append(#","pid":"#)
        line.append(process.identifier)
        line.append(#","command":"#)
        line.append(json: process.command)
    }

    private static func append(_ end: StateChange.End, to line: inout [UInt8]) {
        if let roundTrip = end.roundTripNanoseconds {
            line.append(#","rtt_seconds":"#)
            line.append(seconds: roundTrip)
        }
        line.append(#","retransmits":"#)
        line.append(end.retransmits)
        line.append(#","bytes_sent":"#)
        line.append(end.bytesSent)
        line.append(#","bytes_received":"#)
        line.append(end.bytesReceived)
    }
}
