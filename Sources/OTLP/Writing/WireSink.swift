internal import Metrics

/// Takes the fields of a message in their order on the wire.
///
/// A message is passed through twice: to measure it (``WireMeasure``), and to write it (``WireWriter``). Fields are named
/// by their numbers in `proto/`, which are less than 16, so that the tag of a field is one byte.
protocol WireSink {
    /// A field of eight bytes: `fixed64`, `sfixed64` and `double`.
    mutating func fixed(_ field: UInt8, _ bits: UInt64)

    /// A field with an integer in groups of seven bits.
    mutating func varint(_ field: UInt8, _ value: UInt64)

    /// A field with a text, even if it is empty; a NUL becomes U+FFFD.
    mutating func text(_ field: UInt8, _ text: String)

    /// A field with a message, even if it is empty.
    mutating func message(_ field: UInt8, _ body: (inout Self) -> Void)

    /// A packed field with numbers of eight bytes each.
    mutating func packed<Number: FixedSizeNumber>(_ field: UInt8, fixed numbers: [Number])

    /// A packed field with integers in groups of seven bits.
    mutating func packed(_ field: UInt8, varints numbers: [UInt64])

    /// A repeated field with the attributes, whose bytes are kept.
    mutating func attributes(_ field: UInt8, _ attributes: Attributes)
}

/// Something whose fields can be written.
protocol WireContent {
    /// Passes the fields to `sink`, the same ones each time.
    func write(to sink: inout some WireSink)
}

/// A number that has eight bytes on the wire, which are those that it has in memory.
protocol FixedSizeNumber: BitwiseCopyable {}

extension UInt64: FixedSizeNumber {}
extension Double: FixedSizeNumber {}

extension WireSink {
    /// A field of eight bytes that is left out if they are zero.
    @inline(__always) mutating func fixedUnlessZero(_ field: UInt8, _ bits: UInt64) {
        if bits != 0 { fixed(field, bits) }
    }

    /// A field with an integer that is left out if it is zero.
    @inline(__always) mutating func varintUnlessZero(_ field: UInt8, _ value: UInt64) {
        if value != 0 { varint(field, value) }
    }

    /// A field with a signed integer in zigzag form (`sint32`) that is left out if it is zero.
    @inline(__always) mutating func zigzagUnlessZero(_ field: UInt8, _ value: Int32) {
        varintUnlessZero(field, UInt64(UInt32(bitPattern: value << 1 ^ value >> 31)))
    }

    /// A field with a text that is left out if it is empty.
    @inline(__always) mutating func textUnlessEmpty(_ field: UInt8, _ text: String) {
        if !text.isEmpty { self.text(field, text) }
    }

    /// A field with a floating-point number, unless it is nil.
    @inline(__always) mutating func double(_ field: UInt8, _ value: Double?) {
        if let value { fixed(field, value.bitPattern) }
    }

    /// A repeated field with a message for each element.
    @inline(__always) mutating func messages<Element>(
        _ field: UInt8,
        _ elements: [Element],
        _ body: (borrowing Element, inout Self) -> Void
    ) {
        // By address, because a loop over an array would count the references of each element.
        unsafe elements.withUnsafeBufferPointer { elements in
            for index in elements.indices {
                message(field) { sink in unsafe body(elements[index], &sink) }
            }
        }
    }
}

extension WireType {
    /// The tag of a field with a number less than 16.
    @inline(__always) func tag(_ field: UInt8) -> UInt8 { field << 3 | UInt8(truncatingIfNeeded: rawValue) }
}
