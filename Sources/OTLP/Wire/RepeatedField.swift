/// A repeated field of messages, as protobuf-c has it: an array of addresses.
///
/// It does not own the messages; their arena does.
@unsafe struct RepeatedField<Message> {
    /// The first address; `nil` if there is none.
    let start: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?
    /// The number of messages.
    let count: Int
}

extension RepeatedField {
    /// The values that `transform` makes of the messages, without those it has none for.
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
