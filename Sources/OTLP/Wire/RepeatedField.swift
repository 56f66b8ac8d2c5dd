/// A repeated field of messages in protobuf-c: an array of addresses.
///
/// The messages are owned by their arena.
@unsafe struct RepeatedField<Message> {
    /// The first address; `nil` if the field is empty.
    let start: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?
    /// The number of messages.
    let count: Int
}

extension RepeatedField {
    /// The results of `transform` that are not nil.
    func compactMap<Value, Failure>(_ transform: (Message) throws(Failure) -> Value?) throws(Failure) -> [Value] {
        var values: [Value] = []
        for index in unsafe 0..<count {
            if let message = unsafe start?[index]?.pointee, let value = try transform(message) {
                values.append(value)
            }
        }
        return values
    }
}
