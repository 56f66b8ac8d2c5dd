internal import CPlatform
internal import Glibc

/// Memory that files are read into again and again, and that keeps nothing in between.
package struct ScratchBuffer: ~Copyable {
    private var bytes: [UInt8]
    /// How many of the bytes are filled.
    private var count = 0

    /// Creates a buffer for `capacity` bytes.
    package init(capacity: Int) {
        bytes = [UInt8](repeating: 0, count: capacity)
    }

    /// The bytes that were read.
    package var content: ArraySlice<UInt8> { bytes[..<count] }

    /// Whether no more bytes fit in.
    package var isFull: Bool { count == bytes.count }

    /// Reads the next bytes of `file` behind those that are there, in one call.
    ///
    /// - Returns: Whether there were any.
    package mutating func fill(
        from file: borrowing FileDescriptor
    ) throws(FileDescriptor.SystemCallError) -> Bool {
        let (number, start) = (file.number, count)
        let step = try FileDescriptor.check {
            // The kernel writes into the array only during the call.
            unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(number, bytes.baseAddress?.advanced(by: start), bytes.count - start)
            }
        }
        count += step
        return step > 0
    }

    /// Reads memory of a process at `addresses` behind the bytes that are there, as far as it fits in.
    ///
    /// - Throws: The error of the system call; see ``ProcessMemory``.
    package mutating func fill(
        from addresses: Range<UInt64>,
        of process: Int32
    ) throws(FileDescriptor.SystemCallError) {
        let start = count
        let step = try FileDescriptor.check {
            // The kernel writes into the array only during the call.
            unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe CPlatform_readMemory(
                    process,
                    addresses.lowerBound,
                    bytes.baseAddress?.advanced(by: start),
                    min(bytes.count - start, Int(clamping: addresses.upperBound - addresses.lowerBound))
                )
            }
        }
        count += step
    }

    /// Keeps only the last `rest` bytes, at the beginning.
    package mutating func keepLast(_ rest: Int) {
        for index in 0..<rest {
            bytes[index] = bytes[count - rest + index]
        }
        count = rest
    }

    /// Overwrites the bytes, so that nothing of them remains in the memory of this process.
    package mutating func wipe() {
        unsafe bytes.withUnsafeMutableBytes { [count] bytes in
            if let start = bytes.baseAddress {
                unsafe explicit_bzero(start, count)
            }
        }
        count = 0
    }

    /// The index of the first occurrence of `text` in the bytes that were read, from `start` on.
    package func firstIndex(of text: StaticString, from start: Int = 0) -> Int? {
        guard start < count else { return nil }
        let offset = unsafe bytes.withUnsafeBytes { [count] bytes in
            // Both pointers are only used during the call.
            unsafe CPlatform_find(
                bytes.baseAddress?.advanced(by: start),
                count - start,
                text.utf8Start,
                text.utf8CodeUnitCount
            )
        }
        return offset < 0 ? nil : start + offset
    }
}
