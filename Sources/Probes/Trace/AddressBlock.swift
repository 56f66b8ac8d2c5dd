package import Readings
internal import System

extension IPAddress {
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
