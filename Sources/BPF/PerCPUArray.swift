internal import CLibbpf
internal import Glibc

/// A per-CPU array whose values are counters of 64 bits.
///
/// It is borrowed from the ``LoadedObject`` that owns it: do not keep it longer.
///
/// Each CPU adds to counters of its own, without locks; the sum over all CPUs is the count.
package struct PerCPUArray: Sendable {
    private let descriptor: CInt
    private let name: String
    private let rowCount: Int
    private let columnCount: Int

    init(descriptor: CInt, name: String, rowCount: Int, columnCount: Int) {
        self.descriptor = descriptor
        self.name = name
        self.rowCount = rowCount
        self.columnCount = columnCount
    }

    /// The sums of all counters, one row after the other.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func sums() throws(BPFError) -> [UInt64] {
        try rows().flatMap(\.self)
    }

    /// The sums of each column over all rows.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func columnSums() throws(BPFError) -> [UInt64] {
        Self.sums(try sums(), columnCount: columnCount)
    }

    /// The sums of all counters, row by row.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func rows() throws(BPFError) -> [[UInt64]] {
        var values = [UInt64](repeating: 0, count: try PossibleProcessors.count() * columnCount)
        var rows: [[UInt64]] = []
        rows.reserveCapacity(rowCount)
        for index in 0..<UInt32(clamping: rowCount) {
            let code = unsafe withUnsafePointer(to: index) { index in
                unsafe bpf_map_lookup_elem(descriptor, index, &values)
            }
            guard code == 0 else { throw BPFError(operation: "look up in \(name)", code: -code) }
            rows.append(Self.sums(values, columnCount: columnCount))
        }
        return rows
    }

    /// Sets all counters of all CPUs.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func setAll(_ value: UInt64) throws(BPFError) {
        let values = [UInt64](repeating: value, count: try PossibleProcessors.count() * columnCount)
        for index in 0..<UInt32(clamping: rowCount) {
            let code = unsafe withUnsafePointer(to: index) { index in
                unsafe bpf_map_update_elem(descriptor, index, values, UInt64(BPF_ANY))
            }
            guard code == 0 else { throw BPFError(operation: "update \(name)", code: -code) }
        }
    }

    /// Adds up the values of all CPUs, column by column.
    ///
    /// `values` has the columns of one CPU after those of another.
    static func sums(_ values: [UInt64], columnCount: Int) -> [UInt64] {
        var sums = Array(values.prefix(columnCount))
        for index in values.indices.dropFirst(columnCount) {
            sums[index % columnCount] &+= values[index]
        }
        return sums
    }
}
