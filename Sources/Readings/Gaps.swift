/// The gaps in what is known of the observed connections, by what explains them.
///
/// The kernel counts how often it skipped a program that was already running, but in all network namespaces together.
/// Each such event of one's own leaves a gap, which is found with the connection's next event or by the next pass: as
/// many gaps as there were recursions belong to them, and no more.
package struct Gaps: Hashable, Sendable, Codable {
    /// Those that a recursion explains.
    package private(set) var recursion: UInt64 = 0
    /// The others.
    package private(set) var unseen: UInt64 = 0

    /// Creates no gaps.
    package init() {}

    /// Takes in how many gaps and recursions there are by now; neither number falls.
    package mutating func note(_ gaps: UInt64, recursions: UInt64) {
        let known = recursion &+ unseen
        let new = gaps > known ? gaps &- known : 0
        let explained = min(new, recursions > recursion ? recursions &- recursion : 0)
        recursion &+= explained
        unseen &+= new &- explained
    }
}

extension Gaps {
    /// Takes in what could not be counted by now, and shares it out between the reasons of programs that count.
    package mutating func losses(_ losses: Losses) -> [LossReason: UInt64] {
        note(losses.gaps, recursions: losses.recursions)
        return [
            .mapFull: losses.mapFull, .allocation: losses.allocation, .unseen: unseen, .recursion: recursion,
        ]
    }
}
