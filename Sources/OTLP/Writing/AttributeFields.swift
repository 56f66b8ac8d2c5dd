internal import Metrics
internal import Synchronization

/// Attributes as a repeated field of `KeyValue`.
struct AttributeFields: WireContent {
    /// The number of the field.
    let field: UInt8
    /// The attributes.
    let attributes: Attributes

    func write(to sink: inout some WireSink) {
        for attribute in attributes {
            let mark = sink.begin(field)
            sink.textUnlessEmpty(1, attribute.key)
            sink.message(2, attribute.value)
            sink.end(mark)
        }
    }

    /// Gives all fields between two addresses another tag, because the same attributes have another number elsewhere.
    static func replaceTags(from start: UnsafeMutableRawPointer, to end: UnsafeMutableRawPointer, _ tag: UInt8) {
        var next = unsafe start
        while unsafe next < end {
            unsafe next.storeBytes(of: tag, as: UInt8.self)
            unsafe next += 1
            var (length, shift) = (0, 0)
            var byte: UInt8
            repeat {
                byte = unsafe next.load(as: UInt8.self)
                unsafe next += 1
                length |= Int(byte & 0x7f) &<< shift
                shift &+= 7
            } while byte & 0x80 != 0
            unsafe next += length
        }
    }
}

extension Attributes {
    /// The attributes as a repeated field, kept from the first call on; the field has the number of that call.
    ///
    /// The tags are the only difference between two numbers of the field. The bytes are valid as long as there is a
    /// copy of the set.
    @inline(__always) static func wireBytes(_ field: UInt8, at place: UnsafePointer<Attributes>)
        -> UnsafeRawBufferPointer
    {
        // A set is a reference to its storage and nothing else, which a test holds it to. This reads it uncounted.
        let storage = unsafe UnsafeRawPointer(place).load(as: Unmanaged<Attributes.Storage>.self)
        var address = unsafe storage._withUnsafeGuaranteedRef { $0.encoded.block.load(ordering: .acquiring) }
        if address == 0 { address = unsafe place.pointee.keepWireBytes(field) }
        guard let block = unsafe UnsafeRawPointer(bitPattern: address) else {
            return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return unsafe UnsafeRawBufferPointer(start: block + MemoryLayout<Int>.size, count: block.load(as: Int.self))
    }

    @inline(never) private func keepWireBytes(_ field: UInt8) -> UInt {
        let content = AttributeFields(field: field, attributes: self)
        return storage.encoded.keep(MeasuredContent(content, messageCount: 4 * count).bytes())
    }
}

extension AttributeValue: WireContent {
    /// Writes the fields of `AnyValue`: one of a oneof, which is present even if it is zero.
    func write(to sink: inout some WireSink) {
        switch self {
        case .string(let value): sink.text(1, value)
        case .bool(let value): sink.varint(2, value ? 1 : 0)
        case .int(let value): sink.varint(3, UInt64(bitPattern: value))
        case .double(let value): sink.fixed(4, value.bitPattern)
        }
    }
}
