internal import CLibbpf
internal import Glibc

/// A BPF map, borrowed from the ``LoadedObject`` that owns it: do not keep it longer.
///
/// Keys and values are plain C structures of `bpf/include`; ``LoadedObject`` has compared their sizes with those of the
/// map.
package struct Map<Key: BitwiseCopyable, Value: BitwiseCopyable>: Sendable {
    let descriptor: CInt
    let name: String

    /// The value of `key`, or `nil` when there is none.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func value(of key: Key) throws(BPFError) -> Value? {
        let storage = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        defer { unsafe storage.deallocate() }
        let code = unsafe withUnsafePointer(to: key) { key in
            unsafe bpf_map_lookup_elem(descriptor, key, storage)
        }
        if code == 0 { return unsafe storage.pointee }
        guard code == -ENOENT else { throw BPFError(operation: "look up in \(name)", code: -code) }
        return nil
    }

    /// Sets the value of `key`, which is added if it does not exist.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses; `E2BIG` when the map is full.
    package func setValue(_ value: Value, of key: Key) throws(BPFError) {
        let code = unsafe withUnsafePointer(to: key) { key in
            unsafe withUnsafePointer(to: value) { value in
                unsafe bpf_map_update_elem(descriptor, key, value, UInt64(BPF_ANY))
            }
        }
        guard code == 0 else { throw BPFError(operation: "update \(name)", code: -code) }
    }

    /// Sets the value of `key`, unless it exists already.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses; `E2BIG` when the map is full.
    package func addValue(_ value: Value, of key: Key) throws(BPFError) {
        let code = unsafe withUnsafePointer(to: key) { key in
            unsafe withUnsafePointer(to: value) { value in
                unsafe bpf_map_update_elem(descriptor, key, value, UInt64(BPF_NOEXIST))
            }
        }
        guard code == 0 || code == -EEXIST else { throw BPFError(operation: "update \(name)", code: -code) }
    }

    /// Sets the values of all `keys` to `value`; they are added if they do not exist.
    ///
    /// Each system call sets many of them.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses; `E2BIG` when the map is full.
    package func setValue(_ value: Value, ofAll keys: [Key]) throws(BPFError) {
        let size = min(Self.batchSize, keys.count)
        let values = [Value](repeating: value, count: size)
        for first in stride(from: 0, to: keys.count, by: max(size, 1)) {
            let part = Array(keys[first..<min(first + size, keys.count)])
            var count = UInt32(clamping: part.count)
            let code = unsafe bpf_map_update_batch(descriptor, part, values, &count, nil)
            guard code != 0 else { continue }
            // Maps without batches are set one by one.
            for key in part { try setValue(value, of: key) }
        }
    }

    /// How many elements one system call reads or sets: 64 KiB of them, so that the memory for them is small.
    private static var batchSize: Int {
        min(max((1 << 16) / (MemoryLayout<Key>.stride + MemoryLayout<Value>.stride), 64), 1024)
    }

    /// Removes those of `keys` that exist.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func removeValues(of keys: [Key]) throws(BPFError) {
        var removed = 0
        while removed < keys.count {
            var count = UInt32(clamping: keys.count - removed)
            let code = unsafe keys.withUnsafeBufferPointer { keys in
                unsafe bpf_map_delete_batch(descriptor, keys.baseAddress.map { unsafe $0 + removed }, &count, nil)
            }
            // The kernel stops at a key that does not exist. After any other error the count is undefined.
            removed += code == 0 || code == -ENOENT ? Int(count) : 0
            guard code != 0, removed < keys.count else { continue }
            try removeValue(of: keys[removed])
            removed += 1
        }
    }

    /// Removes `key`, if it exists.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func removeValue(of key: Key) throws(BPFError) {
        try MapKeys<Key>(descriptor: descriptor, name: name).remove(key)
    }

    /// All keys with their values, in no particular order.
    ///
    /// Each system call reads many of them.
    ///
    /// A key that a program deletes during the call is left out.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func entries() throws(BPFError) -> [(key: Key, value: Value)] {
        var entries: [(key: Key, value: Value)] = []
        let capacity = Self.batchSize
        let keys = UnsafeMutableBufferPointer<Key>.allocate(capacity: capacity)
        defer { unsafe keys.deallocate() }
        let values = UnsafeMutableBufferPointer<Value>.allocate(capacity: capacity)
        defer { unsafe values.deallocate() }
        // Where the next call continues: the number of a bucket of the kernel's hash.
        var (place, next, isFirst): (UInt32, UInt32, Bool) = (0, 0, true)
        while true {
            var count = UInt32(clamping: capacity)
            let code =
                isFirst
                ? unsafe bpf_map_lookup_batch(descriptor, nil, &next, keys.baseAddress, values.baseAddress, &count, nil)
                : unsafe bpf_map_lookup_batch(
                    descriptor,
                    &place,
                    &next,
                    keys.baseAddress,
                    values.baseAddress,
                    &count,
                    nil
                )
            // Maps without batches, and buckets with more keys than fit into one batch, are read one by one.
            guard code == 0 || code == -ENOENT else { return try singleEntries() }
            for index in 0..<min(Int(count), capacity) {
                unsafe entries.append((keys[index], values[index]))
            }
            guard code == 0 else { return entries }
            guard entries.count < MapKeys<Key>.limit else {
                throw BPFError(operation: "walk over \(name)", code: ELOOP)
            }
            (place, isFirst) = (next, false)
        }
    }

    private func singleEntries() throws(BPFError) -> [(key: Key, value: Value)] {
        var entries: [(key: Key, value: Value)] = []
        for key in try keys() {
            if let value = try value(of: key) {
                entries.append((key, value))
            }
        }
        return entries
    }

    /// All keys, in no particular order.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func keys() throws(BPFError) -> [Key] {
        try MapKeys<Key>(descriptor: descriptor, name: name).all()
    }
}

/// The keys of a BPF map, whatever its values are.
struct MapKeys<Key: BitwiseCopyable>: Sendable {
    let descriptor: CInt
    let name: String

    /// More keys than any map of ours can hold.
    static var limit: Int { 1 << 20 }

    /// All keys, in no particular order.
    func all() throws(BPFError) -> [Key] {
        var all: [Key] = []
        let keys = UnsafeMutablePointer<Key>.allocate(capacity: 2)
        defer { unsafe keys.deallocate() }
        // The kernel reads one key and writes the other, so they need separate memory.
        var (previous, next): (UnsafeMutablePointer<Key>?, UnsafeMutablePointer<Key>) = unsafe (nil, keys)
        while unsafe bpf_map_get_next_key(descriptor, previous, next) == 0 {
            unsafe all.append(next.pointee)
            unsafe (previous, next) = (next, next == keys ? keys + 1 : keys)
            // If the previous key has been removed, the kernel starts again with the first one.
            guard all.count < Self.limit else { throw BPFError(operation: "walk over \(name)", code: ELOOP) }
        }
        return all
    }

    /// Removes `key`, if it exists.
    func remove(_ key: Key) throws(BPFError) {
        let code = unsafe withUnsafePointer(to: key) { unsafe bpf_map_delete_elem(descriptor, $0) }
        guard code == 0 || code == -ENOENT else { throw BPFError(operation: "remove from \(name)", code: -code) }
    }
}
