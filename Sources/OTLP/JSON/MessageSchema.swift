internal import COTLP
internal import CProtobufC

/// The fields of a message, for its JSON.
///
/// They are read from protobuf-c's descriptors, so that `proto/` has the only schema.
struct MessageSchema: Sendable {
    /// A field.
    struct Field: Sendable {
        /// The number on the wire.
        var number: UInt32
        /// The key in JSON: the name of the field in lowerCamelCase.
        var key: String
        /// The kind of its values.
        var kind: Kind
        /// Whether it is repeated.
        var isRepeated: Bool
    }

    /// The kinds of values, on the wire and in JSON.
    enum Kind: Sendable, Equatable {
        case double
        case bool
        case string
        /// An integer; if `isWide`, it has 64 bits and is a string in JSON.
        case integer(Integer, isWide: Bool)
        /// A number in JSON, never a name (OTLP specification, "JSON Protobuf Encoding").
        case enumeration
        /// Bytes; in JSON they are Base64, or hexadecimal digits for the identifiers of traces and spans.
        case bytes(isHexadecimal: Bool)
        /// A message; its index in ``Schemas/messages``.
        case message(Int)
    }

    /// The encodings of an integer.
    enum Integer: Sendable {
        case varint, unsignedVarint, zigzag, fixed, signedFixed
    }

    /// The full name, such as `google.rpc.Status`.
    var name: String
    /// The fields in the order of their numbers.
    var fields: [Field] = []
    /// The index of a field, by number.
    var byNumber: [UInt32: Int] = [:]
    /// The index of a field, by key.
    var byKey: [String: Int] = [:]
}

/// The schemas of all messages that are converted from or to JSON.
struct Schemas: Sendable {
    /// The only instance.
    static let all = Schemas()

    /// The schemas; ``MessageSchema/Kind/message(_:)`` is an index here.
    private(set) var messages: [MessageSchema] = []
    private var places: [String: Int] = [:]

    private init() {
        unsafe add(Wire.ExportMetricsServiceRequest.descriptor)
        unsafe add(Wire.ExportMetricsServiceResponse.descriptor)
        unsafe add(Wire.Status.descriptor)
    }

    /// The index of the schema of a message.
    func place(of name: String) -> Int? { places[name] }

    /// Adds a message and those that it contains; returns its index.
    @discardableResult
    private mutating func add(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) -> Int {
        let name = unsafe String(cString: descriptor.pointee.name)
        if let place = places[name] { return place }
        let place = messages.count
        // Before the fields are added, because a message may contain itself.
        places[name] = place
        messages.append(MessageSchema(name: name))
        for index in unsafe 0..<Int(descriptor.pointee.n_fields) {
            guard let field = unsafe add(descriptor.pointee.fields[index]) else { continue }
            messages[place].byNumber[field.number] = messages[place].fields.count
            messages[place].byKey[field.key] = messages[place].fields.count
            messages[place].fields.append(field)
        }
        return place
    }

    private mutating func add(_ field: ProtobufCFieldDescriptor) -> MessageSchema.Field? {
        let name = unsafe String(cString: field.name)
        let kind: MessageSchema.Kind
        switch unsafe field.type {
        case PROTOBUF_C_TYPE_DOUBLE: kind = .double
        case PROTOBUF_C_TYPE_BOOL: kind = .bool
        case PROTOBUF_C_TYPE_STRING: kind = .string
        case PROTOBUF_C_TYPE_BYTES: kind = .bytes(isHexadecimal: ["trace_id", "span_id"].contains(name))
        case PROTOBUF_C_TYPE_ENUM: kind = .enumeration
        case PROTOBUF_C_TYPE_INT32: kind = .integer(.varint, isWide: false)
        case PROTOBUF_C_TYPE_SINT32: kind = .integer(.zigzag, isWide: false)
        case PROTOBUF_C_TYPE_UINT32: kind = .integer(.unsignedVarint, isWide: false)
        case PROTOBUF_C_TYPE_INT64: kind = .integer(.varint, isWide: true)
        case PROTOBUF_C_TYPE_UINT64: kind = .integer(.unsignedVarint, isWide: true)
        case PROTOBUF_C_TYPE_FIXED64: kind = .integer(.fixed, isWide: true)
        case PROTOBUF_C_TYPE_SFIXED64: kind = .integer(.signedFixed, isWide: true)
        case PROTOBUF_C_TYPE_MESSAGE:
            let nested = unsafe field.descriptor?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            guard let nested = unsafe nested else { return nil }
            kind = .message(unsafe add(nested))
        // OTLP has no others; a test verifies that with the official schema.
        default: return nil
        }
        return MessageSchema.Field(
            number: unsafe field.id,
            key: Self.camelCase(name),
            kind: kind,
            isRepeated: unsafe field.label == PROTOBUF_C_LABEL_REPEATED
        )
    }

    /// `start_time_unix_nano` becomes `startTimeUnixNano`.
    private static func camelCase(_ name: String) -> String {
        let words = name.split(separator: "_")
        return words.enumerated().map { index, word in
            index == 0 ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
        }.joined()
    }
}
