import Readings
import Testing

@testable import Probes

@Suite struct NamespaceLimitTests {
    @Test(arguments: [
        ("32768\t60999\n", "\n", 28_232), ("1 65535", "", 65_535), ("7 7", "", 1),
        ("20000 20999", "20100-20109,19999,20000\n", 989), ("20000 20009", "1-65535", 0),
        // A port that is listed twice counts once.
        ("20000 20009", "20001,20001-20003,20003", 7), ("20000 20009", "21000", 10),
    ])
    func `ports are those of the range that are not reserved`(range: String, reserved: String, count: UInt64) {
        #expect(NamespaceLimits.ports(in: range, without: reserved) == count)
    }

    @Test(arguments: [
        ("", ""), ("x y", ""), ("5", ""), ("9 8", ""), ("1 65536", ""), ("-1 5", ""), ("1 2 3", ""), ("1 9", "2-"),
        ("1 9", "-2"), ("1 9", "3-2"), ("1 9", "1-2-3"), ("1 9", "70000"), ("1 9", "x"),
    ])
    func `settings that can't be parsed give no limit`(range: String, reserved: String) {
        #expect(NamespaceLimits.ports(in: range, without: reserved) == nil)
    }

    @Test func `a setting that can't be read is absent, and the others are there`() {
        #expect(NamespaceLimits { _ in nil } == NamespaceLimits { _ in "" })
        #expect(NamespaceLimits { $0 == "tcp_max_tw_buckets" ? "5000\n" : nil }.timeWait == 5000)
        #expect(NamespaceLimits { $0 == "ip_local_port_range" ? "1 9" : nil }.ephemeralPorts == nil)
        var stocks = Tables<Stock>()
        stocks.add(NamespaceLimits { _ in nil })
        #expect(stocks == Tables())
    }

    private static let sockstat = "sockets: used 9\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 3\nUDP: inuse 0 mem 7\n"

    @Test func `memory is pages of the first namespace`() {
        let memory = TCPMemory(pageSize: 4096) { path in
            path.hasSuffix("tcp_mem") ? "10\t20\t30\n" : Self.sockstat
        }
        #expect(memory.map { [$0.usage, $0.limit] } == [3 * 4096, 30 * 4096])
    }

    private static let strange: [(String?, String?)] = [
        (nil, sockstat), ("10 20 30", nil), ("10 20", sockstat), ("10 20 x", sockstat), ("1 2 3", "UDP: mem 7\n"),
        ("1 2 3", "TCP: inuse 3 mem"), ("1 2 3", "TCP: inuse 3"), ("1 2 3", "TCP: mem -1"),
    ]

    @Test(arguments: strange)
    func `memory that may belong to another namespace is not reported`(limits: String?, usage: String?) {
        #expect(TCPMemory(pageSize: 4096) { $0.hasSuffix("tcp_mem") ? limits : usage } == nil)
    }

    @Test func `a limit beyond all numbers is the greatest`() {
        let memory = TCPMemory(pageSize: 4096) { path in
            path.hasSuffix("tcp_mem") ? "1 2 9223372036854775807" : Self.sockstat
        }
        #expect(memory?.limit == UInt64(Int64.max))
    }
}
