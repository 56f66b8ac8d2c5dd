internal import Probes
package import Readings

/// An address with its port, for people: `192.0.2.1:443`, `[2001:db8::1]:443`.
package enum EndpointText {
    /// The text; `*` for a port of 0, which is not chosen yet, and with the interface where there is one (`%eth0`).
    package static func text(_ address: IPAddress, scope: String = "", port: UInt16) -> String {
        let host = text(address) + scope
        return "\(address.type == .ipv6 ? "[\(host)]" : host):\(port == 0 ? "*" : "\(port)")"
    }

    /// The address alone.
    package static func text(_ address: IPAddress) -> String {
        var text: [UInt8] = []
        text.append(address)
        return String(decoding: text, as: UTF8.self)
    }
}

extension ListenerState.Place {
    /// The address with its interface, if it is bound to one.
    package var addressText: String { EndpointText.text(address) + AddressScope.suffix(interface) }

    /// The address with its interface and port.
    package var endpointText: String {
        EndpointText.text(address, scope: AddressScope.suffix(interface), port: port)
    }
}
