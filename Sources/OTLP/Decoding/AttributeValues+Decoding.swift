internal import COTLP
internal import CProtobufC
internal import Metrics

extension AttributeValue {
    /// Creates a value.
    ///
    /// Kinds that ``AttributeValue`` does not have become text; a missing value becomes an empty string.
    init(_ message: Wire.AnyValue?) {
        guard let message = unsafe message else {
            self = ""
            return
        }
        switch unsafe message.value_case {
        case .string: self = .string(unsafe String(field: message.string_value))
        case .bool: self = .bool(unsafe message.bool_value != 0)
        case .int: self = .int(unsafe message.int_value)
        case .double: self = .double(unsafe message.double_value)
        case .array, .keyValueList: self = .string(unsafe message.json)
        case .bytes: self = .string(unsafe message.bytes_value.base64)
        default: self = ""
        }
    }
}

extension Wire.AnyValue {
    /// The value as JSON, with bytes in Base64 (OpenTelemetry specification, `common/README.md`, "AnyValue
    /// representation for non-OTLP protocols").
    ///
    /// The recursion is as deep as the message, which ``Nesting`` limits.
    fileprivate var json: String {
        switch unsafe value_case {
        case .string: unsafe String(field: string_value).quoted
        case .bool: unsafe bool_value != 0 ? "true" : "false"
        case .int: unsafe "\(int_value)"
        case .double: unsafe double_value.json
        case .array: "[" + (unsafe array_value?.pointee.json ?? []).joined(separator: ",") + "]"
        case .keyValueList: "{" + (unsafe kvlist_value?.pointee.json ?? []).joined(separator: ",") + "}"
        case .bytes: unsafe bytes_value.base64.quoted
        default: "null"
        }
    }
}

extension Wire.ArrayValue {
    fileprivate var json: [String] {
        unsafe RepeatedField(start: values, count: n_values).compactMap { value in unsafe value.json }
    }
}

extension Wire.KeyValueList {
    fileprivate var json: [String] {
        unsafe RepeatedField(start: values, count: n_values).compactMap { pair in
            unsafe "\(String(field: pair.key).quoted):\(pair.value?.pointee.json ?? "null")"
        }
    }
}

extension ProtobufCBinaryData {
    fileprivate var base64: String {
        unsafe Base64.encode(Array(UnsafeBufferPointer(start: data, count: len)))
    }
}
