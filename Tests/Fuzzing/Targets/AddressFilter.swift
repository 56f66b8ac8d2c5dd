import Readings

@testable import Probes

extension FuzzTarget {
    /// The blocks of addresses that filters are made of.
    static let addressBlock = FuzzTarget("address-block", sizeLimit: 256) { bytes in
        guard let block = AddressBlock(String(decoding: bytes, as: UTF8.self)) else { return }
        try expect((0...block.address.width).contains(block.length), "\(block)")
        try expect(block.address.prefix(block.length) == block.address, "no bit is set beyond the prefix of \(block)")
        _ = block.mask
    }
}
