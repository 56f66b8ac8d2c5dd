internal import CLibbpf
internal import Glibc

/// A hash whose values are counters of 64 bits, either for each CPU or shared by all.
///
/// It is borrowed from the ``LoadedObject`` that owns it: do not keep it longer.
package struct CounterHash<Key: BitwiseCopyable>: Sendable {
    private let keys: MapKeys<Key>
    private let columnCount: Int
    private let isShared: Bool

    init(descriptor: CInt, name: String, columnCount: Int, isShared: Bool) {
        keys = MapKeys(descriptor: descriptor, name: name)
        self.columnCount = columnCount
        self.isShared = isShared
    }

    /// How many numbers the kernel reads and writes for each key.
    private func size() throws(BPFError) -> Int {
        isShared ? columnCount : try PossibleProcessors.count() * columnCount
    }

    /// All keys, each with the sums of its counters over all CPUs.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func rows() throws(BPFError) -> [(key: Key, row: [UInt64])] {
        var values = [UInt64](repeating: 0, count: try size())
        var rows: [(key: Key, row: [UInt64])] = []
        for key in try keys.all() {
            let code = unsafe withUnsafePointer(to: key) { key in
                unsafe bpf_map_lookup_elem(keys.descriptor, key, &values)
            }
            guard code != -ENOENT else { continue }
            guard code == 0 else { throw BPFError(operation: "look up in \(keys.name)", code: -code) }
            rows.append((key, PerCPUArray.sums(values, columnCount: columnCount)))
        }
        return rows
    }

    /// Makes a row of zeros, if there is none for `key`.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses; `E2BIG` when the map is full.
    package func addRow(for key: Key) throws(BPFError) {
        let zeros = [UInt64](repeating: 0, count: try size())
        let code = unsafe withUnsafePointer(to: key) { key in
            unsafe bpf_map_update_elem(keys.descriptor, key, zeros, UInt64(BPF_NOEXIST))
        }
        guard code == 0 || code == -EEXIST else { throw BPFError(operation: "update \(keys.name)", code: -code) }
    }

    /// Removes the row of `key`, if there is one.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func removeRow(of key: Key) throws(BPFError) {
        try keys.remove(key)
    }
}
