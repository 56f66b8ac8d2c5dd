package import Synchronization

/// Bytes that were made of a value once, and are kept as long as the value exists.
///
/// Several threads may keep some at the same time; those of the first one stay.
@safe package struct KeptBytes: ~Copyable, Sendable {
    /// The address of a block with the number of bytes, and then the bytes; 0 as long as there are none.
    ///
    /// A reference to an object would be counted at each use, which takes longer than to copy the bytes. Who needs them
    /// fast reads the address, because a call into this module would count a reference to the owner.
    package let block = Atomic<UInt>(0)

    /// The size of the number before the bytes.
    package static let headerSize = MemoryLayout<Int>.size

    /// Creates a place without bytes.
    init() {}

    deinit {
        guard let block = unsafe UnsafeMutableRawPointer(bitPattern: block.load(ordering: .acquiring)) else { return }
        unsafe block.deallocate()
    }

    /// Keeps `bytes`, unless others are kept already.
    ///
    /// - Returns: The address of the block, which is valid as long as this place.
    package func keep(_ bytes: [UInt8]) -> UInt {
        let made = UnsafeMutableRawPointer.allocate(
            byteCount: Self.headerSize + bytes.count,
            alignment: MemoryLayout<Int>.alignment
        )
        unsafe made.storeBytes(of: bytes.count, as: Int.self)
        unsafe bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe (made + Self.headerSize).copyMemory(from: start, byteCount: bytes.count)
        }
        let address = UInt(bitPattern: made)
        let (isKept, other) = block.compareExchange(expected: 0, desired: address, ordering: .acquiringAndReleasing)
        guard !isKept else { return address }
        unsafe made.deallocate()
        return other
    }
}
