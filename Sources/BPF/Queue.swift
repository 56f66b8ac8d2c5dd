internal import CLibbpf
internal import Glibc

/// A queue of values that programs take from (`BPF_MAP_TYPE_QUEUE`).
///
/// It is borrowed from the ``Object`` that owns it: do not keep it longer.
package struct Queue<Value: BitwiseCopyable>: Sendable {
    private let descriptor: CInt
    private let name: String

    fileprivate init(descriptor: CInt, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

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

extension Object {
    /// The queue called `map`, once ``load()`` has made it.
    ///
    /// - Throws: ``BPFError`` if no map has this name, or if it is no queue of `Value`.
    package func queue<Value: BitwiseCopyable>(_ map: String, of value: Value.Type = Value.self) throws(BPFError)
        -> Queue<Value>
    {
        let found = try unsafe find(map: map)
        guard unsafe bpf_map__type(found) == BPF_MAP_TYPE_QUEUE,
            unsafe Int(bpf_map__value_size(found)) == MemoryLayout<Value>.stride
        else { throw BPFError(operation: "use \(map) as a queue", code: EINVAL) }
        let descriptor = try unsafe loadedDescriptor(of: found, map)
        return Queue(descriptor: descriptor, name: map)
    }
}
