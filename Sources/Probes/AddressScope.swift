internal import BPF
internal import System

/// The interface that an address is meant on (RFC 4007): a link-local one may be there on each.
package enum AddressScope {
    /// The network namespace of this process, in which numbers have names.
    private static let own = try? NetworkNamespace.current()

    /// What is to be written behind an address: `%eth0`, or `%2` where the interface has no name here; empty for none.
    ///
    /// - Parameters:
    ///   - interface: The number of the interface; 0 for none.
    ///   - namespace: The network namespace that it is in, by inode number; `nil` for that of this process.
    /// - Returns: The text, which has no character that means something to JSON or a terminal.
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
