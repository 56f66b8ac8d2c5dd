@testable import OTLPExport

extension FuzzTarget {
    /// `no_proxy`: the same words, written as a list, are known or unknown as before.
    static let proxyExceptions = FuzzTarget("proxy-exceptions", sizeLimit: 512) { bytes in
        let exceptions = ProxyExceptions(String(decoding: bytes, as: UTF8.self))
        for host in ["localhost", "10.1.2.3", "2001:db8::1", "a.example.com", ""] {
            _ = exceptions.entry(for: host, port: 4318)
        }
        // A combining character after a comma would be part of the comma.
        let again = ProxyExceptions(exceptions.known.joined(separator: "\n"))
        try expect(again.known == exceptions.known, "\(exceptions.known) is read as \(again.known)")
        try expect(again.unknown.isEmpty, "\(again.unknown) were known")
    }
}
