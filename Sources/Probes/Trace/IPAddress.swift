internal import Readings
internal import BPF
internal import System

/// An IPv4 or IPv6 address; a v4-mapped one (RFC 4291, 2.5.5.2) is that of IPv4.
package enum IPAddress: Hashable, Sendable {
    /// The 32 bits of an IPv4 address.
    case v4(UInt32)
    /// The upper and the lower 64 bits of an IPv6 address.
    case v6(UInt64, UInt64)

    /// The upper half and the upper part of the lower half of v4-mapped addresses.
    private static let mapped: (UInt64, UInt64) = (0, 0xffff)

    /// Reads an address; `nil` when `text` is none.
    package init?(_ text: String) {
        guard let bytes = AddressBytes.parse(text) else { return nil }
        self.init(bytes)
    }

    private init(_ bytes: [UInt8]) {
        let halves = [bytes.prefix(8), bytes.dropFirst(8)].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        if bytes.count == 4 {
            self = .v4(UInt32(truncatingIfNeeded: halves[0]))
        } else if (halves[0], halves[1] >> 32) == Self.mapped {
            self = .v4(UInt32(truncatingIfNeeded: halves[1]))
        } else {
            self = .v6(halves[0], halves[1])
        }
    }

    /// Takes the words of the kernel, which are in the order of the network.
    init(_ words: (UInt32, UInt32, UInt32, UInt32), type: NetworkType) {
        func half(_ left: UInt32, _ right: UInt32) -> UInt64 {
            UInt64(UInt32(bigEndian: left)) << 32 | UInt64(UInt32(bigEndian: right))
        }
        switch type {
        case .ipv4: self = .v4(UInt32(bigEndian: words.0))
        case .ipv6: self = .v6(half(words.0, words.1), half(words.2, words.3))
        }
    }

    /// The protocol that it is an address of.
    package var type: NetworkType {
        switch self {
        case .v4: .ipv4
        case .v6: .ipv6
        }
    }

    /// Whether it may be there on each interface (RFC 4291, 2.5.6): one of `fe80::/10`.
    package var isLinkLocal: Bool {
        switch self {
        case .v4: false
        case .v6(let upper, _): upper >> 54 == 0xfe80 >> 6
        }
    }

    /// How many bits it has.
    var width: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// The words of the kernel; those that IPv4 does not need are 0.
    var words: (UInt32, UInt32, UInt32, UInt32) {
        switch self {
        case .v4(let bits):
            return (bits.bigEndian, 0, 0, 0)
        case .v6(let upper, let lower):
            let words = [upper >> 32, upper, lower >> 32, lower].map { UInt32(truncatingIfNeeded: $0).bigEndian }
            return (words[0], words[1], words[2], words[3])
        }
    }

    /// The address without the bits beyond the first `length`.
    func prefix(_ length: Int) -> IPAddress {
        switch self {
        case .v4(let bits): .v4(bits & (.max << (32 - length)))
        // A shift by as many bits as there are, or more, gives 0.
        case .v6(let upper, let lower):
            .v6(upper & (.max << max(64 - length, 0)), lower & (.max << min(128 - length, 64)))
        }
    }
}

/// A block of addresses, as `10.0.0.0/8` or `2001:db8::/32`; an address alone is a block of one.
package struct AddressBlock: Hashable, Sendable {
    /// The first address.
    package var address: IPAddress
    /// How many of its bits all addresses of the block have.
    package var length: Int

    /// Reads a block; `nil` when `text` is none.
    ///
    /// Bits beyond the length may be set and mean nothing.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first.map(String.init), let address = IPAddress(host) else { return nil }
        // A v4-mapped address is written with the 96 bits before it.
        let offset = address.type == .ipv4 && host.contains(":") ? 96 : 0
        var length = address.width
        if parts.count == 2 {
            guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let written = Int(parts[1]) else { return nil }
            length = written - offset
        }
        guard (0...address.width).contains(length) else { return nil }
        self.address = address.prefix(length)
        self.length = length
    }

    /// The bits that all addresses of the block have, set.
    var mask: IPAddress {
        switch address {
        case .v4: IPAddress.v4(.max).prefix(length)
        case .v6: IPAddress.v6(.max, .max).prefix(length)
        }
    }
}
