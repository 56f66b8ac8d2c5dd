internal import Metrics
internal import Readings

/// What was counted for each port of a workload, whose rows in the kernel come and go.
///
/// The kernel counts by row and port. When one of two rows of a workload ends, their sum would fall, and a count that
/// falls looks like one that began again.
struct PortSums<Value: Accumulating & Sendable & Codable>: Sendable, Codable {
    private struct RowKey: Hashable, Codable {
        var row: WorkloadIndex
        var port: UInt16?
        var type: NetworkType?
    }

    private struct Key: Hashable, Codable {
        var workload: Workload.ID
        var port: UInt16?
        var type: NetworkType?
    }

    private var last: [RowKey: Value] = [:]
    private var sums: [Key: Value] = [:]

    /// Adds what was counted since the last call.
    ///
    /// A port that no row of its workload has any more is forgotten.
    ///
    /// - Parameters:
    ///   - rows: The counts of the kernel; their workload is the number of the kernel's row.
    ///   - workloads: The workloads.
    ///   - indexes: The index of the workload of each row; the host's for rows without one.
    /// - Returns: The sums, one for each workload, port and type.
    mutating func add(
        _ rows: [PortRow<Value>],
        _ workloads: [Workload],
        _ indexes: [WorkloadIndex: WorkloadIndex]
    ) -> [PortRow<Value>] {
        var (present, places): ([RowKey: Value], [Key: WorkloadIndex]) = ([:], [:])
        for row in rows {
            let index = indexes[row.workload] ?? .host
            let id = workloads.indices.contains(Int(index.rawValue)) ? workloads[Int(index.rawValue)].id : .host
            let rowKey = RowKey(row: row.workload, port: row.port, type: row.type)
            let key = Key(workload: id, port: row.port, type: row.type)
            let increase = last[rowKey].flatMap { row.value.increase(since: $0) } ?? row.value
            sums[key, default: .zero].add(increase)
            present[rowKey] = row.value
            places[key] = index
        }
        last = present
        sums = sums.filter { places[$0.key] != nil }
        return sums.compactMap { key, value in
            places[key].map { PortRow(port: key.port, type: key.type, value: value, workload: $0) }
        }.sorted { ($0.workload.rawValue, $0.port ?? 0) < ($1.workload.rawValue, $1.port ?? 0) }
    }
}
