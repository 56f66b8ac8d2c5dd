internal import COTLP

/// What a process says of itself: OTLP's `ProcessContext` in protobuf's binary format.
///
/// Source: `opentelemetry/proto/processcontext/v1development/process_context.proto` of OTLP 1.11. The status is
/// "development".
package struct ProcessContextMessage: Hashable, Sendable {
    /// The attributes of the resource whose values are texts, in their order.
    ///
    /// A key may occur more than once: the message comes from a process that may not follow the rules.
    package var attributes: [Pair]
    /// How many attributes are left out: their values are no texts, or they are not UTF-8.
    package var leftOut: Int

    /// A key with its text.
    package struct Pair: Hashable, Sendable {
        /// The key.
        package var key: String
        /// The text.
        package var value: String

        /// Creates a pair.
        package init(key: String, value: String) {
            (self.key, self.value) = (key, value)
        }
    }

    /// Creates a message.
    package init(attributes: [Pair], leftOut: Int = 0) {
        (self.attributes, self.leftOut) = (attributes, leftOut)
    }

    /// Decodes the message in `bytes`, which need not be well formed.
    ///
    /// It takes at most 32 times their size in memory. A key or a text ends at its first NUL.
    /// - Throws: ``OTLPError`` for bytes that are not this message.
    package static func decode(_ bytes: [UInt8]) throws(OTLPError) -> ProcessContextMessage {
        unsafe try Wire.ProcessContext.unpack(bytes) { message in
            guard let resource = unsafe message.resource?.pointee else { return Self(attributes: []) }
            let field = unsafe RepeatedField(start: resource.attributes, count: resource.n_attributes)
            let pairs = unsafe field.compactMap { message in unsafe Pair(message) }
            return Self(attributes: pairs, leftOut: unsafe field.count - pairs.count)
        }
    }
}

extension ProcessContextMessage.Pair {
    /// Creates a pair; nil if the value is not a text, or either is not UTF-8.
    fileprivate init?(_ message: Wire.KeyValue) {
        guard let value = unsafe message.value?.pointee, unsafe value.value_case == .string,
            let key = unsafe message.key.flatMap({ unsafe String(validatingCString: $0) }),
            let text = unsafe value.string_value.flatMap({ unsafe String(validatingCString: $0) })
        else { return nil }
        self.init(key: key, value: text)
    }
}
