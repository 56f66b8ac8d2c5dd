import Probes

/// The log lines about lost events.
struct LossLog {
    private var told = TraceProbe.Losses()

    /// The line for what was lost since the last line; `nil` if nothing was.
    mutating func line(_ losses: TraceProbe.Losses) -> String? {
        guard losses.total > told.total else { return nil }
        let now = TraceProbe.Losses(
            ringFull: losses.ringFull &- told.ringFull,
            recursion: max(losses.recursion, told.recursion) &- told.recursion,
            unseen: losses.unseen &- told.unseen
        )
        told = losses
        return "lost \(now.total) events: \(Self.reasons(now))"
            + (now.ringFull > 0 ? "; a larger --buffer-size, a filter or a faster reader would help" : "")
    }

    /// The last line: how many changes were printed, and how many were lost.
    ///
    /// The number of those that interrupted the program may be too high, but not too low.
    static func summary(written: Int, _ losses: TraceProbe.Losses) -> String {
        var text = "\(written) events"
        if losses.total == 0 {
            text += ", none lost"
        } else {
            text += ", \(losses.total) lost: \(reasons(losses))"
        }
        if losses.unremembered > 0 {
            text += "; \(losses.unremembered) connections too many to remember have no durations"
        }
        return text
    }

    private static func reasons(_ losses: TraceProbe.Losses) -> String {
        let counts = [("ring_full", losses.ringFull), ("recursion", losses.recursion), ("unseen", losses.unseen)]
        return counts.filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}
