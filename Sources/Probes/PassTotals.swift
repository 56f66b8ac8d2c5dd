internal import CProbes
internal import Readings

extension Tables<Stock> {
    /// Adds the totals of a pass over all sockets, as the programs write them.
    ///
    /// - Parameters:
    ///   - row: The row.
    ///   - follows: Whether connections are followed. Otherwise their ages are unknown.
    mutating func add(_ row: pass_totals, follows: Bool) {
        // In the order of enum io_direction.
        self[.queuedBytes, .host] = [row.queued.0, row.queued.1]
        self[.stalled, .host] = [row.stalled.0, row.stalled.1]
        guard follows else { return }
        let oldest = [
            row.oldest.0, row.oldest.1, row.oldest.2, row.oldest.3, row.oldest.4, row.oldest.5, row.oldest.6,
            row.oldest.7, row.oldest.8, row.oldest.9, row.oldest.10, row.oldest.11, row.oldest.12,
        ]
        self[.oldest, .host] = ConnectionState.allCases.map { oldest[Int($0.rawValue)] }
        self[.unfollowed, .host] = [row.unfollowed]
    }
}
