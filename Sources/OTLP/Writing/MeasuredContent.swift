/// Content whose size is known before its bytes are written.
struct MeasuredContent<Content: WireContent> {
    private let content: Content
    private let lengths: Lengths
    /// The number of bytes.
    let size: Int

    /// Owns the lengths.
    ///
    /// A class, because Swift 6.3 does not always call the `deinit` of a generic structure that can't be copied.
    @safe private final class Lengths {
        let memory: UnsafeMutablePointer<Int>

        init(_ memory: UnsafeMutablePointer<Int>) {
            unsafe self.memory = unsafe memory
        }

        deinit {
            unsafe memory.deallocate()
        }
    }

    /// Measures `content`, which may have about so many messages.
    init(_ content: Content, messageCount: Int) {
        var measure = unsafe WireMeasure(expecting: messageCount)
        unsafe content.write(to: &measure)
        self.content = content
        lengths = unsafe Lengths(measure.lengths)
        size = unsafe measure.size
    }

    /// The bytes.
    func bytes() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = unsafe write(to: buffer)
        }
    }

    /// Replaces what is in `buffer` by the bytes, in the memory that it has if that is large enough.
    func write(to buffer: inout [UInt8]) {
        buffer.removeAll(keepingCapacity: buffer.capacity >= size)
        // Otherwise it would grow to more than is needed.
        buffer.reserveCapacity(size)
        buffer.append(addingCapacity: size) { span in
            unsafe span.withUnsafeMutableBufferPointer { buffer, count in count = unsafe write(to: buffer) }
        }
    }

    /// Writes the bytes to a buffer that has room for them.
    ///
    /// - Returns: Their number.
    private func write(to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard let start = UnsafeMutableRawPointer(buffer.baseAddress) else { return 0 }
        let count = withExtendedLifetime(lengths) {
            var writer = unsafe WireWriter(to: start, lengths: lengths.memory)
            unsafe content.write(to: &writer)
            return unsafe writer.next - start
        }
        assert(count == size, "what was written is not what was measured")
        return count
    }
}
