/// Content whose size is known before its bytes are written.
@safe struct MeasuredContent<Content: WireContent>: ~Copyable {
    private let content: Content
    private let measure: WireMeasure

    /// Measures `content`, which may have about so many messages.
    init(_ content: Content, messageCount: Int) {
        var measure = unsafe WireMeasure(expecting: messageCount)
        unsafe content.write(to: &measure)
        self.content = content
        unsafe self.measure = unsafe measure
    }

    deinit {
        unsafe measure.lengths.deallocate()
    }

    /// The number of bytes.
    var size: Int { unsafe measure.size }

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
        var writer = unsafe WireWriter(to: start, lengths: measure.lengths)
        unsafe content.write(to: &writer)
        let count = unsafe writer.next - start
        assert(count == size, "what was written is not what was measured")
        return count
    }
}
