import FoundationEssentials
import Metrics
import Probes
import Readings
import SocketText
import Workloads

/// Writes changes of state as JSON, one object per line.
///
/// Parts that many lines share are made once and copied.
struct TraceJSON {
    /// The text between values.
    private static let (localPort, peerAddress, peerPort) = (
        Array(#"","local_port":"#.utf8), Array(#","peer_address":""#.utf8), Array(#"","peer_port":"#.utf8)
    )
    private static let (client, server, noRole) = (
        duration(after: #""client""#), duration(after: #""server""#), duration(after: "null")
    )

    /// The number and the text of the last second that was written.
    ///
    /// Most events are in the same second as the one before.
    private var second: (number: UInt64, text: [UInt8]) = (.max, [])
    /// The text from the time to the first address, by the values that it depends on.
    private var transitions = [[UInt8]](repeating: [], count: 1 << 9)
    /// The last namespace and cgroup that were written, and the fields that name them.
    private var place: (namespace: UInt32, cgroup: UInt64, fields: [UInt8]) = (0, 0, [])
    private var containers: Containers
    private var workloads: WorkloadDirectory?

    /// Creates a writer that gets the names of containers from `containers`, and those of `workloads`, if they are
    /// shown.
    init(containers: Containers, workloads: WorkloadDirectory? = nil) {
        (self.containers, self.workloads) = (containers, workloads)
    }

    /// Appends the line of `change` to `line`.
    ///
    /// A field that every change has is `null` if it is unknown: the duration of a state whose beginning was not seen,
    /// and the role of a listener. A field that only some changes have is absent.
    mutating func write(_ change: StateChange, to line: inout [UInt8]) {
        append(change.time, to: &line)
        appendTransition(of: change, to: &line)
        line.append(change.localAddress)
        line.append(change.scope(of: change.localAddress))
        line += Self.localPort
        line.append(change.localPort)
        line += Self.peerAddress
        line.append(change.peerAddress)
        line.append(change.scope(of: change.peerAddress))
        line += Self.peerPort
        line.append(change.peerPort)
        switch change.role {
        case .client: line += Self.client
        case .server: line += Self.server
        case nil: line += Self.noRole
        }
        if let held = change.heldNanoseconds { line.append(seconds: held) } else { line.append("null") }
        appendPlace(of: change, to: &line)
        if let process = change.process { Self.append(process, to: &line) }
        if let end = change.end { Self.append(end, to: &line) }
        if let error = change.error {
            line.append(#","error":""#)
            line.append(error)
            line.append(UInt8(ascii: "\""))
        }
        line.append("}\n")
    }

    private static func duration(after role: String) -> [UInt8] {
        Array(#","role":\#(role),"state_duration_seconds":"#.utf8)
    }

    /// Appends a time by RFC 3339, with nanoseconds.
    private mutating func append(_ time: Timestamp, to line: inout [UInt8]) {
        let number = time.unixNanoseconds / 1_000_000_000
        if number != second.number {
            let text = Date(timeIntervalSince1970: Double(number)).formatted(.iso8601)
            second = (number, Array(#"{"time":"\#(text.dropLast())."#.utf8))
        }
        line += second.text
        line.append(digitsOf: time.unixNanoseconds % 1_000_000_000, atLeast: 9)
    }

    private mutating func appendTransition(of change: StateChange, to line: inout [UInt8]) {
        let (old, new, type) = (change.oldState, change.newState, change.type)
        let index = Int(old.rawValue) << 5 | Int(new.rawValue) << 1 | Int(type.rawValue)
        if transitions[index].isEmpty {
            let states = #"Z","old_state":"\#(old.attributeValue)","new_state":"\#(new.attributeValue)""#
            transitions[index] = Array(#"\#(states),"type":"\#(type.attributeValue)","local_address":""#.utf8)
        }
        line += transitions[index]
    }

    private mutating func appendPlace(of change: StateChange, to line: inout [UInt8]) {
        if place.namespace != change.namespace || place.cgroup != change.cgroup || place.fields.isEmpty {
            place = (change.namespace, change.cgroup, [])
            var fields = Array(#","netns":\#(change.namespace),"cgroup_id":\#(change.cgroup)"#.utf8)
            if let path = containers.path(of: change.cgroup) {
                fields.append(#","cgroup":"#)
                fields.append(json: path.utf8)
                if let name = workloads?.name(ofCgroup: change.cgroup) {
                    fields.append(#","workload":"#)
                    fields.append(json: name.utf8)
                }
                place.fields = fields
            }
            // A cgroup without a name is looked up again with the next event.
            line += fields
        } else {
            line += place.fields
        }
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

extension StateChange {
    /// The suffix of an address; empty unless it is link-local.
    func scope(of address: IPAddress) -> String {
        interface != 0 && address.isLinkLocal ? AddressScope.suffix(interface, namespace: namespace) : ""
    }
}
