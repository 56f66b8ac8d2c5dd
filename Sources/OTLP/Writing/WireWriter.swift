internal import Metrics

/// Writes a message that ``WireMeasure`` has measured.
@unsafe struct WireWriter: WireSink {
    /// Where the next byte goes.
    private(set) var next: UnsafeMutableRawPointer
    /// The lengths that are still to be written.
    private var lengths: UnsafePointer<Int>

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - start: Room for the message.
    ///   - lengths: All lengths of the message.
    init(to start: UnsafeMutableRawPointer, lengths: UnsafePointer<Int>) {
        unsafe (next, self.lengths) = (start, lengths)
    }

    @inline(__always) mutating func fixed(_ field: UInt8, _ bits: UInt64) {
        unsafe append(WireType.fixed64.tag(field))
        unsafe next.storeBytes(of: bits.littleEndian, as: UInt64.self)
        unsafe next += 8
    }

    @inline(__always) mutating func varint(_ field: UInt8, _ value: UInt64) {
        unsafe append(WireType.varint.tag(field))
        unsafe append(varint: value)
    }

    mutating func text(_ field: UInt8, _ text: String) {
        unsafe append(WireType.length.tag(field))
        let length = unsafe takeLength()
        unsafe append(varint: UInt64(truncatingIfNeeded: length))
        // Every NUL makes it longer.
        var text = text.utf8.count == length ? text : text.withoutNUL
        text.withUTF8 { utf8 in unsafe append(UnsafeRawBufferPointer(utf8)) }
    }

    @inline(__always) mutating func begin(_ field: UInt8) -> WireMark {
        unsafe append(WireType.length.tag(field))
        unsafe append(varint: UInt64(truncatingIfNeeded: takeLength()))
        return WireMark()
    }

    @inline(__always) mutating func end(_ mark: WireMark) {}

    @inline(__always) mutating func packed<Number: FixedSizeNumber>(_ field: UInt8, fixed numbers: [Number]) {
        guard !numbers.isEmpty else { return }
        unsafe append(WireType.length.tag(field))
        unsafe append(varint: UInt64(truncatingIfNeeded: takeLength()))
        unsafe numbers.withUnsafeBytes { bytes in unsafe append(bytes) }
    }

    @inline(__always) mutating func packed(_ field: UInt8, varints numbers: [UInt64]) {
        guard !numbers.isEmpty else { return }
        unsafe append(WireType.length.tag(field))
        unsafe append(varint: UInt64(truncatingIfNeeded: takeLength()))
        for number in numbers { unsafe append(varint: number) }
    }

    @inline(__always) mutating func attributes(_ field: UInt8, _ bytes: UnsafeRawBufferPointer) {
        let start = unsafe next
        unsafe append(bytes)
        let tag = WireType.length.tag(field)
        if unsafe bytes.first ?? tag != tag {
            unsafe AttributeFields.replaceTags(from: start, to: next, tag)
        }
    }

    @inline(__always) private mutating func takeLength() -> Int {
        let length = unsafe lengths.pointee
        unsafe lengths += 1
        return length
    }

    @inline(__always) private mutating func append(_ byte: UInt8) {
        unsafe next.storeBytes(of: byte, as: UInt8.self)
        unsafe next += 1
    }

    @inline(__always) private mutating func append(varint value: UInt64) {
        var rest = value
        while rest > 0x7f {
            unsafe append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        unsafe append(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always) private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        unsafe next.copyMemory(from: start, byteCount: bytes.count)
        unsafe next += bytes.count
    }
}
