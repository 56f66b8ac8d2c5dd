internal import CLibbpf
internal import CLoading

extension Object {
    /// A number for the layout of each map that is made when this is loaded, by the name of the map.
    ///
    /// Maps of the same layout have the same number.
    package func layouts() -> [String: UInt64] {
        var layouts: [String: UInt64] = [:]
        var next = unsafe bpf_object__next_map(object, nil)
        while let map = unsafe next {
            if unsafe bpf_map__autocreate(map), unsafe !bpf_map__is_internal(map), let name = unsafe bpf_map__name(map)
            {
                unsafe layouts[String(cString: name)] = CLoading_layout(object, map)
            }
            unsafe next = unsafe bpf_object__next_map(object, map)
        }
        return layouts
    }

    /// Uses an existing map of the same layout instead of making one, before ``load()``.
    ///
    /// - Parameters:
    ///   - map: The name.
    ///   - descriptor: The map, which is duplicated.
    /// - Throws: ``BPFError`` when there is no map of this name, or the kernel refuses.
    package func reuse(_ map: String, _ descriptor: CInt) throws(BPFError) {
        let code = unsafe bpf_map__reuse_fd(try find(map: map), descriptor)
        guard code == 0 else { throw BPFError(operation: "use \(map) of another generation", code: -code) }
    }
}
