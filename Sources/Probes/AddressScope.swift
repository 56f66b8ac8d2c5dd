internal import BPF
internal import System

/// The interface that an address belongs to (RFC 4007).
///
/// The same link-local address may exist on several interfaces.
package enum AddressScope {
    /// The network namespace of this process, the only one in which interface numbers can be turned into names.
    private static let own = try? NetworkNamespace.current()

    /// The suffix of an address: `%eth0`, or `%2` if the interface has no name here; empty for none.
    ///
    /// - namespace: The network namespace of the interface, by inode number; `nil` for that of this process.
    /// - Returns: The text, without characters that are special in JSON or on a terminal.
    package static func suffix(_ interface: UInt32, namespace: UInt32? = nil) -> String {
        guard interface != 0 else { return "" }
        let isOwn = namespace == nil || namespace == own
        let name = isOwn ? NetworkInterface.name(of: interface) : nil
        guard let name, name.utf8.allSatisfy(isPlain) else { return "%\(interface)" }
        return "%\(name)"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: ":"), UInt8(ascii: "@"):
            true
        default:
            false
        }
    }
}
