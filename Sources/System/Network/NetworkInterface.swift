internal import Glibc

/// The interfaces of the network namespace that this process stands in.
package enum NetworkInterface {
    /// The name of the interface with that number; `nil` when no interface has it.
    package static func name(of index: UInt32) -> String? {
        var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
        guard unsafe if_indextoname(index, &name) != nil else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
