internal import CProbes
internal import Readings

/// A `struct stock_counters` of the kernel: sockets by type and state, then what waits and how long.
///
/// Swift would import it as a tuple.
typealias StockCounters = InlineArray<44, UInt64>

extension Tables<Stock> {
    /// Adds what a pass has counted in a row, as the programs write it.
    ///
    /// - Parameters:
    ///   - row: The row.
    ///   - workload: Whose it is.
    ///   - follows: Whether connections are followed. Otherwise their ages are unknown.
    mutating func add(_ row: StockCounters, of workload: WorkloadIndex, follows: Bool) {
        let queued = Int(STOCK_QUEUED)
        let stalled = Int(STOCK_STALLED)
        let oldest = Int(STOCK_OLDEST)
        // In the order of enum io_direction.
        self[.queuedBytes, workload] = [row[queued], row[queued + 1]]
        self[.stalled, workload] = [row[stalled], row[stalled + 1]]
        guard follows else { return }
        self[.oldest, workload] = ConnectionState.allCases.map { row[oldest + Int($0.rawValue)] }
        self[.unfollowed, workload] = [row[Int(STOCK_UNFOLLOWED)]]
    }
}
