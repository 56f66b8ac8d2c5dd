internal import CLibbpf
internal import Glibc

extension LoadedObject {
    /// The map called `map`.
    ///
    /// - Throws: ``BPFError`` if no map has this name, or if its keys or values differ in size from `Key` and `Value`.
    package func map<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ map: String,
        key: Key.Type = Key.self,
        value: Value.Type = Value.self
    ) throws(BPFError) -> Map<Key, Value> {
        let (found, descriptor) = try find(map: map)
        guard (found.keySize, found.valueSize) == (MemoryLayout<Key>.stride, MemoryLayout<Value>.stride) else {
            throw BPFError(operation: "match the layout of \(map)", code: EINVAL)
        }
        // A lookup in a per-CPU map writes a value for each processor, more than there is room for.
        guard !found.isPerCPU else {
            throw BPFError(operation: "use \(map), which has values for each processor, as a map of one", code: EINVAL)
        }
        return Map(descriptor: descriptor, name: map)
    }

    /// The per-CPU array called `map`, whose values are counters of 64 bits.
    ///
    /// - Throws: ``BPFError`` if no map has this name, or if its values are not counters.
    package func perCPUArray(_ map: String) throws(BPFError) -> PerCPUArray {
        let (found, descriptor) = try find(map: map)
        guard found.isKind(BPF_MAP_TYPE_PERCPU_ARRAY), found.valueSize % MemoryLayout<UInt64>.size == 0 else {
            throw BPFError(operation: "use \(map) as counters", code: EINVAL)
        }
        return PerCPUArray(
            descriptor: descriptor,
            name: map,
            rowCount: found.capacity,
            columnCount: found.valueSize / MemoryLayout<UInt64>.size
        )
    }

    /// The hash called `map`, whose values are counters of 64 bits.
    ///
    /// - Throws: ``BPFError`` if no map has this name, if its keys are not a `Key`, or if its values are not counters.
    package func counterHash<Key: BitwiseCopyable>(_ map: String, key: Key.Type = Key.self) throws(BPFError)
        -> CounterHash<Key>
    {
        let (found, descriptor) = try find(map: map)
        let isShared = found.isKind(BPF_MAP_TYPE_HASH)
        guard isShared || found.isKind(BPF_MAP_TYPE_PERCPU_HASH), found.keySize == MemoryLayout<Key>.stride,
            found.valueSize % MemoryLayout<UInt64>.size == 0
        else {
            throw BPFError(operation: "use \(map) as counters", code: EINVAL)
        }
        let columnCount = found.valueSize / MemoryLayout<UInt64>.size
        return CounterHash(descriptor: descriptor, name: map, columnCount: columnCount, isShared: isShared)
    }
}
