import Readings

@testable import Probes

extension FuzzTarget {
    /// `/proc/net/netstat` and `/proc/net/snmp`.
    static let counters = FuzzTarget("counters") { bytes in
        let counters = NamespaceCounters.parse(String(decoding: bytes, as: UTF8.self))
        try expect(counters.count <= bytes.count, "\(counters.count) counters in \(bytes.count) bytes")
    }
}
