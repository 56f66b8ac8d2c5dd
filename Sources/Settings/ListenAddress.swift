/// Where a server listens: a name or an address, and a port.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address, IPv6 addresses without brackets.
    package var host: String
    /// The port; 0 means any that is free.
    package var port: Int

    /// Creates an address.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Parses `HOST:PORT`, such as `localhost:8080` or `[::1]:8080`; nil if it is malformed.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            Self.ports.contains(port)
        else { return nil }
        let written = String(text[..<colon])
        let host = Self.unbracketed(written)
        // Without brackets it is not clear where an IPv6 address ends.
        guard host != written || !host.contains(":") else { return nil }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || "[]/@".contains($0) }) else { return nil }
        self.init(host: host, port: port)
    }

    /// `host` without the brackets that an IPv6 address may have.
    package static func unbracketed(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    /// The valid ports.
    package static let ports = 0...65_535

    /// `HOST:PORT`, which can be parsed again.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
