internal import CLibbpf
internal import Glibc

/// A queue of values that programs take from (`BPF_MAP_TYPE_QUEUE`).
///
/// It is borrowed from the ``LoadedObject`` that owns it: do not keep it longer.
package struct Queue<Value: BitwiseCopyable>: Sendable {
    fileprivate let descriptor: CInt
    fileprivate let name: String

    /// Adds a value at the end.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses; `E2BIG` when the queue is full.
    package func append(_ value: Value) throws(BPFError) {
        let code = unsafe withUnsafePointer(to: value) { value in
            unsafe bpf_map_update_elem(descriptor, nil, value, UInt64(BPF_ANY))
        }
        guard code == 0 else { throw BPFError(operation: "add to \(name)", code: -code) }
    }
}

extension Queue {
    /// Takes the first value.
    ///
    /// - Returns: The value; nil if the queue is empty.
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func removeFirst() throws(BPFError) -> Value? {
        let storage = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        defer { unsafe storage.deallocate() }
        let code = unsafe bpf_map_lookup_and_delete_elem(descriptor, nil, storage)
        if code == 0 { return unsafe storage.pointee }
        guard code == -ENOENT else { throw BPFError(operation: "take from \(name)", code: -code) }
        return nil
    }
}

extension LoadedObject {
    /// The queue called `map`.
    ///
    /// - Throws: ``BPFError`` if no map has this name, or if it is no queue of `Value`.
    package func queue<Value: BitwiseCopyable>(_ map: String, of value: Value.Type = Value.self) throws(BPFError)
        -> Queue<Value>
    {
        let (found, descriptor) = try find(map: map)
        guard found.isKind(BPF_MAP_TYPE_QUEUE), found.valueSize == MemoryLayout<Value>.stride else {
            throw BPFError(operation: "use \(map) as a queue", code: EINVAL)
        }
        return Queue(descriptor: descriptor, name: map)
    }
}
