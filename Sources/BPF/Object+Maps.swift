internal import CLibbpf
internal import Glibc

extension Object {
    /// The map called `map`, once ``load()`` has made it.
    ///
    /// - Throws: ``BPFError`` if no map has this name, or if its keys or values differ in size from `Key` and `Value`.
    package func map<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ map: String,
        key: Key.Type = Key.self,
        value: Value.Type = Value.self
    ) throws(BPFError) -> Map<Key, Value> {
        let found = try unsafe find(map: map)
        let layout = unsafe (key: Int(bpf_map__key_size(found)), value: Int(bpf_map__value_size(found)))
        guard layout == (MemoryLayout<Key>.stride, MemoryLayout<Value>.stride) else {
            throw BPFError(operation: "match the layout of \(map)", code: EINVAL)
        }
        // A lookup in a per-CPU map writes a value for each processor, more than there is room for.
        guard unsafe !Self.isPerCPU(bpf_map__type(found)) else {
            throw BPFError(operation: "use \(map), which has values for each processor, as a map of one", code: EINVAL)
        }
        let descriptor = try unsafe loadedDescriptor(of: found, map)
        return Map(descriptor: descriptor, name: map)
    }

    /// The descriptor of a map that was found as `name`.
    ///
    /// - Throws: ``BPFError`` when ``load()`` has not made it.
    func loadedDescriptor(of map: OpaquePointer, _ name: String) throws(BPFError) -> CInt {
        let descriptor = unsafe bpf_map__fd(map)
        guard descriptor >= 0 else { throw BPFError(operation: "use \(name) before it is loaded", code: EBADF) }
        return descriptor
    }

    private static func isPerCPU(_ type: bpf_map_type) -> Bool {
        [
            BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH,
            BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
        ].contains(type)
    }

    /// The per-CPU array called `map`, once ``load()`` has made it, whose values are counters of 64 bits.
    ///
    /// - Throws: ``BPFError`` if no map has this name, or if its values are not counters.
    package func perCPUArray(_ map: String) throws(BPFError) -> PerCPUArray {
        let found = try unsafe find(map: map)
        let size = unsafe Int(bpf_map__value_size(found))
        guard unsafe bpf_map__type(found) == BPF_MAP_TYPE_PERCPU_ARRAY, size % MemoryLayout<UInt64>.size == 0 else {
            throw BPFError(operation: "use \(map) as counters", code: EINVAL)
        }
        let descriptor = try unsafe loadedDescriptor(of: found, map)
        return unsafe PerCPUArray(
            descriptor: descriptor,
            name: map,
            rowCount: Int(bpf_map__max_entries(found)),
            columnCount: size / MemoryLayout<UInt64>.size
        )
    }

    /// The hash called `map`, once ``load()`` has made it, whose values are counters of 64 bits.
    ///
    /// - Throws: ``BPFError`` if no map has this name, if its keys are not a `Key`, or if its values are not counters.
    package func counterHash<Key: BitwiseCopyable>(_ map: String, key: Key.Type = Key.self) throws(BPFError)
        -> CounterHash<Key>
    {
        let found = try unsafe find(map: map)
        let layout = unsafe (key: Int(bpf_map__key_size(found)), value: Int(bpf_map__value_size(found)))
        let type = unsafe bpf_map__type(found)
        guard [BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_HASH].contains(type), layout.key == MemoryLayout<Key>.stride,
            layout.value % MemoryLayout<UInt64>.size == 0
        else {
            throw BPFError(operation: "use \(map) as counters", code: EINVAL)
        }
        let descriptor = try unsafe loadedDescriptor(of: found, map)
        let columnCount = layout.value / MemoryLayout<UInt64>.size
        let isShared = type == BPF_MAP_TYPE_HASH
        return CounterHash(descriptor: descriptor, name: map, columnCount: columnCount, isShared: isShared)
    }

    /// Lets all CPUs share the values of a per-CPU hash, before ``load()``.
    ///
    /// Its programs must then use atomic additions.
    ///
    /// - Throws: ``BPFError`` when there is no such map.
    package func share(_ map: String) throws(BPFError) {
        let code = unsafe bpf_map__set_type(try find(map: map), BPF_MAP_TYPE_HASH)
        guard code == 0 else { throw BPFError(operation: "share \(map)", code: -code) }
    }

    /// The sizes in bytes of the keys and values of the map called `map`, loaded or not; `nil` if no map has this name.
    package func layout(of map: String) -> (key: Int, value: Int)? {
        guard let found = try? unsafe find(map: map) else { return nil }
        return unsafe (Int(bpf_map__key_size(found)), Int(bpf_map__value_size(found)))
    }

    /// Leaves out a map that no chosen program uses, before ``load()``.
    ///
    /// - Throws: ``BPFError`` when there is no such map.
    package func leaveOut(_ map: String) throws(BPFError) {
        _ = unsafe bpf_map__set_autocreate(try find(map: map), false)
    }

    /// Sets how many entries `map` may have, before ``load()``.
    ///
    /// For a ring buffer it is the size in bytes, a power of two and at least a page.
    ///
    /// - Throws: ``BPFError`` when there is no such map, or it can't have that size.
    package func setCapacity(_ count: UInt32, of map: String) throws(BPFError) {
        let code = unsafe bpf_map__set_max_entries(try find(map: map), count)
        guard code == 0 else { throw BPFError(operation: "set the size of \(map)", code: -code) }
    }
}
