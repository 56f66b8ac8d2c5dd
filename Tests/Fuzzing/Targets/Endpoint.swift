@testable import OTLPExport
import Settings
import System

extension FuzzTarget {
    /// The address of a receiver, and one to listen on; a password in it is not shown.
    static let endpoint = FuzzTarget("endpoint", sizeLimit: 512) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let address = ListenAddress(text) {
            try expect(ListenAddress("\(address)") == address, "\(address) is read as itself")
        }
        _ = ByteCount(text)
        _ = KernelVersion(release: text)
        _ = OTLPEndpoint.redact(text)
        let endpoint = try OTLPEndpoint(url: text, from: "fuzz")
        for secret in endpoint.secrets where secret.utf8.count > 8 {
            try expect(!"\(endpoint)".contains(secret), "\(endpoint) shows \(secret)")
        }
    }
}
