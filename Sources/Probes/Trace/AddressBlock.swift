package import Readings
internal import System

extension IPAddress {
    /// The upper 64 bits, and the upper 32 of the lower 64 bits, of v4-mapped addresses.
    private static let mapped: (UInt64, UInt64) = (0, 0xffff)

    /// Reads an address; `nil` if `text` is not an address.
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

/// A block of addresses, such as `10.0.0.0/8` or `2001:db8::/32`.
///
/// A single address is a block of one.
package struct AddressBlock: Hashable, Sendable {
    /// The first address.
    package var address: IPAddress
    /// The length of the prefix in bits.
    package var length: Int

    /// Reads a block; `nil` if `text` is not a block.
    ///
    /// Bits beyond the prefix may be set. They are ignored.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first.map(String.init), let address = IPAddress(host) else { return nil }
        // The prefix of a v4-mapped address includes the 96 bits before the IPv4 address.
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

    /// The prefix's bits, set.
    var mask: IPAddress {
        switch address {
        case .v4: IPAddress.v4(.max).prefix(length)
        case .v6: IPAddress.v6(.max, .max).prefix(length)
        }
    }
}
