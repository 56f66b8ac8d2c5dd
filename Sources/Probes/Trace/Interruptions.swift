/// The events that were missed as they came while a program was about to begin or to end on their CPU.
///
/// The kernel counts all that it skips, in all network namespaces together. Most of them another program catches, and that
/// one knows whose they are. Of the few that are left nobody knows, so they are shared out as the others are: to trace in
/// a namespace where nothing happens, nothing is lost.
struct Interruptions: Equatable {
    /// How many were missed, whosever they were.
    private(set) var missed: UInt64 = 0
    /// How many of them are the observed namespace's.
    private(set) var own: UInt64 = 0

    /// Takes in how many events the kernel has skipped by now, how many of them were caught, and how many of those were
    /// observed ones.
    mutating func note(missed skipped: UInt64, nested: UInt64, observed: UInt64) {
        missed = max(missed, skipped > nested ? skipped &- nested : 0)
        guard nested > 0 else { return }
        // Rounded up: nothing is lost in silence.
        let share = (Double(missed) * Double(observed) / Double(nested)).rounded(.up)
        own = max(own, min(missed, UInt64(exactly: share) ?? missed))
    }
}
