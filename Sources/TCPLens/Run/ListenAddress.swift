/// Where a server listens: a name or an address, and a port.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address, IPv6 addresses without brackets.
    var host: String
    /// The port; 0 takes any that is free.
    var port: Int

    /// Creates an address.
    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, as `localhost:8080` or `[::1]:8080`; `nil` when it is something else.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            Self.ports.contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            // Without brackets nobody knows where an IPv6 address ends.
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || "[]/@".contains($0) }) else { return nil }
        self.init(host: String(host), port: port)
    }

    /// The ports that there are.
    static let ports = 0...65_535

    /// `HOST:PORT`, which can be read again.
    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
