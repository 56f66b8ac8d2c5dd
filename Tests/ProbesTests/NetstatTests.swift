import Readings
import Testing

@testable import Probes

@Suite struct NetstatTests {
    @Test func `names and values are in pairs of lines`() {
        let text = """
            TcpExt: SyncookiesSent SyncookiesRecv ListenDrops Odd
            TcpExt: 3 0 18446744073709551615 -1
            IpExt: InNoRoutes InBcastPkts
            IpExt: 7 8

            """
        let counters = NamespaceCounters.parse(text)
        #expect(counters["TcpExt.SyncookiesSent"] == 3)
        #expect(counters["TcpExt.ListenDrops"] == .max)
        #expect(counters["IpExt.InBcastPkts"] == 8)
        #expect(counters["TcpExt.Odd"] == nil)
    }

    @Test(
        arguments: [
            ("", [:]), ("\n", [:]), ("TcpExt:", [:]), ("TcpExt: A\nIpExt: 1\n", [:]),
            ("TcpExt: A B\nTcpExt: 1\n", ["TcpExt.A": 1]),
            ("TcpExt: A\nTcpExt: 1\nIpExt: B\n", ["TcpExt.A": 1]),
        ] as [(String, [String: UInt64])]
    )
    func `text that is cut short gives the counters that are complete`(text: String, counters: [String: UInt64]) {
        #expect(NamespaceCounters.parse(text) == counters)
    }
}
