internal import Metrics

/// Takes the fields of a message in their order on the wire.
///
/// A message is passed through twice: to measure it (``WireMeasure``), and to write it (``WireWriter``). Fields are
/// named by their numbers in `proto/`, which are less than 16, so that the tag of a field is one byte.
protocol WireSink {
    /// A field of eight bytes: `fixed64`, `sfixed64` and `double`.
    mutating func fixed(_ field: UInt8, _ bits: UInt64)

    /// A field with an integer in groups of seven bits.
    mutating func varint(_ field: UInt8, _ value: UInt64)

    /// A field with a text, even if it is empty; a NUL becomes U+FFFD.
    mutating func text(_ field: UInt8, _ text: String)

    /// Begins a field with a message, even if it is empty.
    ///
    /// Not a function with a closure for the fields of the message: whether the compiler sees through one is its own
    /// decision, and if it does not, each point is copied.
    mutating func begin(_ field: UInt8) -> WireMark

    /// Ends the message that began with `mark`.
    mutating func end(_ mark: WireMark)

    /// A packed field with numbers of eight bytes each.
    mutating func packed<Number: FixedSizeNumber>(_ field: UInt8, fixed numbers: [Number])

    /// A packed field with integers in groups of seven bits.
    mutating func packed(_ field: UInt8, varints numbers: [UInt64])

    /// A repeated field with attributes.
    ///
    /// - Parameters:
    ///   - field: The number of the field.
    ///   - bytes: The field with any number (``Attributes/wireBytes(_:at:)``).
    mutating func attributes(_ field: UInt8, _ bytes: UnsafeRawBufferPointer)
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

    /// A field with a message, even if it is empty.
    @inline(__always) mutating func message(_ field: UInt8, _ content: some WireContent) {
        let mark = begin(field)
        content.write(to: &self)
        end(mark)
    }

    /// A repeated field with a message for each point.
    @inline(__always) mutating func points<Form: WirePointForm>(_ field: UInt8, _ points: [Form.Point], _ form: Form) {
        unsafe points.withUnsafeBufferPointer { points in
            guard var point = points.baseAddress else { return }
            let end = unsafe point + points.count
            while unsafe point < end {
                let mark = begin(field)
                unsafe form.write(point, to: &self)
                self.end(mark)
                unsafe point += 1
            }
        }
    }
}

/// The form of one kind of points on the wire.
///
/// Points are read by address, field by field: a copy of each would count a reference to its attributes, which takes
/// more time than everything else.
protocol WirePointForm {
    associatedtype Point

    /// Passes the fields of the point to `sink`.
    func write(_ point: UnsafePointer<Point>, to sink: inout some WireSink)
}

/// The beginning of a message.
struct WireMark {
    /// The place of its length among all lengths.
    var place = 0
    /// The number of bytes before it.
    var size = 0
}

extension WireType {
    /// The tag of a field with a number less than 16.
    @inline(__always) func tag(_ field: UInt8) -> UInt8 { field << 3 | UInt8(truncatingIfNeeded: rawValue) }
}
