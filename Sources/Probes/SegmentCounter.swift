internal import FoundationEssentials
internal import Readings

/// How many segments this network namespace has sent, as the kernel counts them: what retransmits are a share of.
package enum SegmentCounter {
    private static let path = "/proc/self/net/snmp"

    /// All segments sent since the namespace was made, without those sent again; `nil` when /proc can't be read.
    package static func sent() -> UInt64? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return NamespaceCounters.parse(text)["Tcp.OutSegs"]
    }
}
