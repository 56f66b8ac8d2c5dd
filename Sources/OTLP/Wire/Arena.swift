/// Memory for one tree of messages, freed all at once.
///
/// A pointer from an arena is valid as long as the arena lives; keep it alive with `withExtendedLifetime`. Only trivial
/// values may be stored, because nothing is deinitialized.
@safe final class Arena {
    /// The number of bytes that protobuf-c may still allocate when it unpacks.
    ///
    /// Messages of our own are not limited.
    private(set) var allowance: Int

    private var chunks: [UnsafeMutableRawPointer] = unsafe []
    private var next: UnsafeMutableRawPointer?
    private var remaining = 0

    init(allowance: Int = .max) {
        self.allowance = allowance
    }

    deinit {
        while let chunk = unsafe chunks.popLast() {
            unsafe chunk.deallocate()
        }
    }

    /// Uninitialized memory, aligned for every C type.
    func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let size = (byteCount + 15) & ~15
        if size <= remaining, let start = unsafe next {
            unsafe next = start + size
            remaining -= size
            return unsafe start
        }
        // Chunks grow with the tree, so that a small response needs little memory and a large request few calls.
        let chunkSize = unsafe max(size, min(1 << 20, 1024 << min(chunks.count, 10)))
        let start = UnsafeMutableRawPointer.allocate(byteCount: chunkSize, alignment: 16)
        unsafe chunks.append(start)
        unsafe next = start + size
        remaining = chunkSize - size
        return unsafe start
    }

    /// Like ``reserve(_:)``, but `nil` once the allowance is used up.
    func reserveWithinAllowance(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        guard byteCount >= 0, byteCount <= allowance else {
            allowance = 0
            return nil
        }
        allowance -= byteCount
        return unsafe reserve(byteCount)
    }
}

extension Arena {
    /// Stores a copy of `value`.
    func store<Value>(_ value: Value) -> UnsafeMutablePointer<Value> {
        let pointer = unsafe reserve(MemoryLayout<Value>.stride).bindMemory(to: Value.self, capacity: 1)
        unsafe pointer.initialize(to: value)
        return unsafe pointer
    }

    /// Stores copies of `values` in a row.
    func store<Value>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
        let byteCount = MemoryLayout<Value>.stride * values.count
        let pointer = unsafe reserve(byteCount).bindMemory(to: Value.self, capacity: values.count)
        _ = unsafe UnsafeMutableBufferPointer(start: pointer, count: values.count).initialize(from: values)
        return unsafe pointer
    }

    /// Stores `text` as a C string in UTF-8; a NUL, which would end it, becomes U+FFFD.
    ///
    /// An empty string has its own address, too: protobuf-c takes its shared empty string for an absent field.
    func store(_ text: String) -> UnsafeMutablePointer<CChar> {
        var text = text.utf8.contains(0) ? text.withoutNUL : text
        return text.withUTF8 { utf8 in
            let bytes = unsafe reserve(utf8.count + 1)
            if let start = utf8.baseAddress {
                unsafe bytes.copyMemory(from: start, byteCount: utf8.count)
            }
            unsafe bytes.storeBytes(of: 0, toByteOffset: utf8.count, as: CChar.self)
            return unsafe bytes.bindMemory(to: CChar.self, capacity: utf8.count + 1)
        }
    }

    /// Stores a repeated field: the message for each element, and the array of their addresses.
    func store<Element, Message>(
        _ elements: some Collection<Element>,
        as message: (Element, Arena) -> Message
    ) -> RepeatedField<Message> {
        let count = elements.count
        guard count > 0 else { return unsafe RepeatedField(start: nil, count: 0) }
        let size = MemoryLayout<Message>.stride
        let messages = unsafe reserve(size * count).bindMemory(to: Message.self, capacity: count)
        typealias Address = UnsafeMutablePointer<Message>?
        let addresses = unsafe reserve(MemoryLayout<Address>.stride * count)
            .bindMemory(to: Address.self, capacity: count)
        for (index, element) in elements.enumerated() {
            unsafe (messages + index).initialize(to: message(element, self))
            unsafe (addresses + index).initialize(to: messages + index)
        }
        return unsafe RepeatedField(start: addresses, count: count)
    }
}

extension String {
    /// The text with U+FFFD in place of each NUL.
    ///
    /// By bytes: with a combining character a NUL is another character.
    var withoutNUL: String {
        String(decoding: utf8.flatMap { $0 == 0 ? [0xEF, 0xBF, 0xBD] : [$0] }, as: UTF8.self)
    }
}
