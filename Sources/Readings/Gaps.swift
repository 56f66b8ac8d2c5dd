/// Divides the gaps in the history of observed connections by their reason.
///
/// The kernel counts how often it skipped a program that was already running, but only as a sum over all network
/// namespaces. Each skipped event of an observed connection leaves a gap, which is found with the connection's next
/// event or by the next pass. So as many gaps as there were recursions are attributed to these, and no more.
package struct Gaps: Hashable, Sendable, Codable {
    /// The gaps that recursions explain.
    package private(set) var recursion: UInt64 = 0
    /// The others.
    package private(set) var unseen: UInt64 = 0

    /// Creates no gaps.
    package init() {}

    /// Updates the totals of gaps and recursions.
    ///
    /// Neither number decreases.
    package mutating func note(_ gaps: UInt64, recursions: UInt64) {
        let known = recursion &+ unseen
        let new = gaps > known ? gaps &- known : 0
        let explained = min(new, recursions > recursion ? recursions &- recursion : 0)
        recursion &+= explained
        unseen &+= new &- explained
    }
}

extension Gaps {
    /// Updates the totals, and returns the losses of programs that count, by reason.
    package mutating func losses(_ losses: Losses) -> [LossReason: UInt64] {
        note(losses.gaps, recursions: losses.recursions)
        return [
            .mapFull: losses.mapFull, .allocation: losses.allocation, .unseen: unseen, .recursion: recursion,
        ]
    }
}
