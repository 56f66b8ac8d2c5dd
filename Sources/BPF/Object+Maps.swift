internal import CLibbpf

extension Object {
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
