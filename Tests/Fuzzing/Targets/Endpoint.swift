import Settings
import System

@testable import OTLPExport

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
        // What is shown does not depend on user and password.
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix), let at = text.lastIndex(of: "@"),
            let start = text.firstRange(of: scheme)?.upperBound, start <= at,
            !text[start..<at].contains(where: { "/?#".contains($0) }),
            let other = try? OTLPEndpoint(url: text[..<start] + "user:word" + text[at...], from: "fuzz")
        else { return }
        try expect("\(endpoint)" == "\(other)", "\(endpoint) shows something of the password in \(text)")
    }
}
