/// An IPv4 or IPv6 address; a v4-mapped one (RFC 4291, 2.5.5.2) is an IPv4 address.
package enum IPAddress: Hashable, Sendable {
    /// The 32 bits of an IPv4 address.
    case v4(UInt32)
    /// The upper and the lower 64 bits of an IPv6 address.
    case v6(UInt64, UInt64)

    /// Creates an address from the kernel's words, which are in network byte order.
    package init(_ words: (UInt32, UInt32, UInt32, UInt32), type: NetworkType) {
        func half(_ left: UInt32, _ right: UInt32) -> UInt64 {
            UInt64(UInt32(bigEndian: left)) << 32 | UInt64(UInt32(bigEndian: right))
        }
        switch type {
        case .ipv4: self = .v4(UInt32(bigEndian: words.0))
        case .ipv6: self = .v6(half(words.0, words.1), half(words.2, words.3))
        }
    }

    /// The network protocol of the address.
    package var type: NetworkType {
        switch self {
        case .v4: .ipv4
        case .v6: .ipv6
        }
    }

    /// Whether it may exist on each interface (RFC 4291, 2.5.6): it is in `fe80::/10`.
    package var isLinkLocal: Bool {
        switch self {
        case .v4: false
        case .v6(let upper, _): upper >> 54 == 0xfe80 >> 6
        }
    }

    /// Its length in bits.
    package var width: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// The kernel's words, in network byte order; those that IPv4 does not use are 0.
    package var words: (UInt32, UInt32, UInt32, UInt32) {
        switch self {
        case .v4(let bits):
            return (bits.bigEndian, 0, 0, 0)
        case .v6(let upper, let lower):
            let words = [upper >> 32, upper, lower >> 32, lower].map { UInt32(truncatingIfNeeded: $0).bigEndian }
            return (words[0], words[1], words[2], words[3])
        }
    }

    /// The address with all bits after the first `length` cleared.
    package func prefix(_ length: Int) -> IPAddress {
        switch self {
        case .v4(let bits): .v4(bits & (.max << (32 - length)))
        // Shifting by the width or more gives 0.
        case .v6(let upper, let lower):
            .v6(upper & (.max << max(64 - length, 0)), lower & (.max << min(128 - length, 64)))
        }
    }
}
