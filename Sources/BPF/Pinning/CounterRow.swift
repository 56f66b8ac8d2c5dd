internal import CLibbpf
internal import Glibc

/// A row of a block of counters that another build has made.
package enum CounterRow {
    /// Reads a row.
    ///
    /// - Parameters:
    ///   - number: The number of the row in the block.
    ///   - block: The descriptor of the block.
    ///   - columnCount: How many counters a row has.
    /// - Returns: The counters.
    /// - Throws: ``BPFError`` when the block has another form, or the kernel refuses.
    package static func read(_ number: UInt32, of block: CInt, columnCount: Int) throws(BPFError) -> [UInt64] {
        var row = [UInt64](repeating: 0, count: columnCount)
        try expect(block, columnCount)
        let code = unsafe withUnsafePointer(to: number) { unsafe bpf_map_lookup_elem(block, $0, &row) }
        guard code == 0 else { throw BPFError(operation: "read a block of counters", code: -code) }
        return row
    }

    /// Sets all counters of a row to zero.
    ///
    /// - Parameters:
    ///   - number: The number of the row in the block.
    ///   - block: The descriptor of the block.
    ///   - columnCount: How many counters a row has.
    /// - Throws: ``BPFError`` when the block has another form, or the kernel refuses.
    package static func clear(_ number: UInt32, of block: CInt, columnCount: Int) throws(BPFError) {
        try expect(block, columnCount)
        let row = [UInt64](repeating: 0, count: columnCount)
        let code = unsafe withUnsafePointer(to: number) { unsafe bpf_map_update_elem(block, $0, row, UInt64(BPF_ANY)) }
        guard code == 0 else { throw BPFError(operation: "clear a block of counters", code: -code) }
    }

    private static func expect(_ block: CInt, _ columnCount: Int) throws(BPFError) {
        var info = bpf_map_info()
        var size = UInt32(MemoryLayout<bpf_map_info>.size)
        guard unsafe bpf_obj_get_info_by_fd(block, &info, &size) == 0,
            info.type == BPF_MAP_TYPE_ARRAY.rawValue, Int(info.value_size) == columnCount * MemoryLayout<UInt64>.size
        else { throw BPFError(operation: "use a block of counters, which has another form", code: EINVAL) }
    }
}
