internal import BPF
import FoundationEssentials

/// The ports that the kernel gives to sockets that connect without binding a port.
enum EphemeralPorts {
    /// The default of Linux.
    static let standard: ClosedRange<UInt16> = 32768...60999

    /// The range of this network namespace; the default if it can't be read.
    static func current() -> ClosedRange<UInt16> {
        let text = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
        return text.flatMap(range) ?? standard
    }

    /// Reads the two numbers of `ip_local_port_range`.
    static func range(_ text: String) -> ClosedRange<UInt16>? {
        let numbers = text.split(whereSeparator: \.isWhitespace).map { UInt16($0) }
        guard numbers.count == 2, let first = numbers[0], let last = numbers[1], first <= last else { return nil }
        return first...last
    }
}

extension Object {
    /// Sets which ports belong to clients.
    ///
    /// Programs use it to guess which end of a connection is a service.
    func setEphemeralPorts(_ range: ClosedRange<UInt16>) throws(BPFError) {
        try setConstant("first_ephemeral_port", to: range.lowerBound)
        try setConstant("last_ephemeral_port", to: range.upperBound)
    }
}
