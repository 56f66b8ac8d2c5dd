import Metrics
import Probes
import Readings
internal import Rendering
internal import SocketText
internal import System
import Workloads

/// Writes changes of state as text: one line each, in columns.
///
/// Fields that every change has come first, and fit into 80 characters for IPv4. The others follow as far as the line
/// has room.
struct TraceTable {
    /// The width of the longest transition, `ESTABLISHED>CLOSE_WAIT`.
    private static let transitionWidth = 22
    private static let heldWidth = 6
    /// Narrower lines have no milliseconds in the time, to leave room for addresses and failures.
    private static let narrow = 100

    private var style: OutputStyle
    private let timeOfDay: (Int) -> LocalTime
    private var containers: Containers
    /// Names workloads, if other namespaces are observed, too.
    private var workloads: WorkloadDirectory?
    private var second: (number: Int, text: String) = (-1, "")
    /// The widths of the addresses on each side, which grow with the widest so far.
    private var width: (local: Int, peer: Int)

    /// Creates a table.
    ///
    /// Tests pass their own clock.
    init(
        _ style: OutputStyle,
        containers: Containers,
        workloads: WorkloadDirectory? = nil,
        timeOfDay: @escaping (Int) -> LocalTime = LocalTime.init(secondsSinceEpoch:)
    ) {
        self.style = style
        (self.containers, self.workloads) = (containers, workloads)
        self.timeOfDay = timeOfDay
        let endWidth = Self.isNarrow(style) ? "127.0.0.1:65535".count : "255.255.255.255:65535".count
        width = (endWidth, endWidth)
    }

    private static func isNarrow(_ style: OutputStyle) -> Bool {
        style.columns.map { $0 < narrow } ?? false
    }

    /// Adapts the following lines to a window of another size.
    mutating func resize(columns: Int?) {
        style.columns = columns
    }

    /// The headings of the columns.
    var header: String {
        let columns = [
            Self.isNarrow(style) ? "TIME    " : "TIME        ", "TRANSITION".padded(to: Self.transitionWidth),
            "LOCAL".padded(to: width.local), "PEER".padded(to: width.peer), "  HELD", "DETAILS\n",
        ]
        return columns.joined(separator: " ")
    }

    /// Appends the line of `change` to `output`.
    mutating func write(_ change: StateChange, to output: inout [UInt8]) {
        let local = Self.end(change.localAddress, change.localPort, change, isKnown: true)
        let peer = Self.end(change.peerAddress, change.peerPort, change, isKnown: change.peerPort != 0)
        width = (max(width.local, local.count), max(width.peer, peer.count))
        let transition = "\(change.oldState.kernelName)>\(change.newState.kernelName)"
        let before = time(change.time)
        let between = [
            local.padded(to: width.local), peer.padded(to: width.peer),
            (change.heldNanoseconds.map(DurationText.text) ?? "-").padded(to: Self.heldWidth, left: true),
        ]
        var line = [before, transition.padded(to: Self.transitionWidth)] + between
        var length = line.reduce(line.count - 1) { $0 + $1.count }
        line[1] = coloured(line[1], as: change)
        for (index, detail) in details(of: change).enumerated() {
            length += 1 + detail.count
            // A failure is never left out.
            if let columns = style.columns, length > columns, change.error == nil || index > 0 { break }
            line.append(index == 0 && change.error != nil ? coloured(detail, as: change) : detail)
        }
        output.append(line.joined(separator: " "))
        output.append(UInt8(ascii: "\n"))
    }

    private mutating func time(_ time: Timestamp) -> String {
        let (number, nanoseconds) = time.unixNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if Int(number) != second.number {
            let parts = timeOfDay(Int(number))
            second = (
                Int(number), [parts.hour, parts.minute, parts.second].map { $0.padded(to: 2) }.joined(separator: ":")
            )
        }
        return Self.isNarrow(style) ? second.text : "\(second.text).\(Int(nanoseconds / 1_000_000).padded(to: 3))"
    }

    /// Fields that only some changes have, the most important first.
    private mutating func details(of change: StateChange) -> [String] {
        var details = [change.error, change.role?.attributeValue].compactMap(\.self)
        if let end = change.end {
            if let roundTrip = end.roundTripNanoseconds { details.append("rtt=\(DurationText.text(roundTrip))") }
            if end.retransmits > 0 { details.append("retransmits=\(end.retransmits)") }
            details.append("sent=\(end.bytesSent)")
            details.append("received=\(end.bytesReceived)")
        }
        if let process = change.process {
            let command = String(decoding: process.command, as: UTF8.self).printable()
            details.append("\(command)[\(process.identifier)]")
        }
        let name = workloads?.name(ofCgroup: change.cgroup) ?? containers.path(of: change.cgroup)
        if let name { details.append(name.printable()) }
        if workloads != nil { details.append("netns=\(change.namespace)") }
        return details
    }

    private func coloured(_ text: String, as change: StateChange) -> String {
        switch (change.error, change.newState) {
        case (.some, _): style.paint(text, .red)
        case (nil, .established): style.paint(text, .green)
        case (nil, .listen): style.paint(text, .cyan)
        case (nil, .closed): style.paint(text, .dim)
        default: text
        }
    }

    /// An address with its port; `*` for a port that is not chosen yet, and for the missing peer of a listener.
    private static func end(_ address: IPAddress, _ port: UInt16, _ change: StateChange, isKnown: Bool) -> String {
        isKnown ? EndpointText.text(address, scope: change.scope(of: address), port: port) : "*"
    }
}
