import Probes

/// An address with its port, for people: `192.0.2.1:443`, `[2001:db8::1]:443`.
enum EndpointText {
    /// The text; `*` for a port of 0, which is not chosen yet.
    static func text(_ address: IPAddress, port: UInt16) -> String {
        let host = text(address)
        return "\(address.type == .ipv6 ? "[\(host)]" : host):\(port == 0 ? "*" : "\(port)")"
    }

    /// The address alone.
    static func text(_ address: IPAddress) -> String {
        var text: [UInt8] = []
        text.append(address)
        return String(decoding: text, as: UTF8.self)
    }
}
