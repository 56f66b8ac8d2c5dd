/// Estimates the events that were missed because they came while a program was just beginning or ending on their CPU.
///
/// The kernel counts every run that it skips, in all network namespaces together. Another program catches most of the
/// skipped events and knows their namespaces. The namespaces of the remaining few are unknown, so they are distributed
/// in the same proportion. In a namespace where nothing happens, tracing therefore reports no losses.
struct Interruptions: Equatable {
    /// How many were missed, in all namespaces.
    private(set) var missed: UInt64 = 0
    /// How many of them are attributed to the observed namespace.
    private(set) var own: UInt64 = 0

    /// Updates the estimate from the totals so far: events that the kernel skipped, those of them that were caught, and
    /// those of the caught events that are observed.
    mutating func note(missed skipped: UInt64, nested: UInt64, observed: UInt64) {
        missed = max(missed, skipped > nested ? skipped &- nested : 0)
        guard nested > 0 else { return }
        // Rounded up, so that no loss is hidden.
        let share = (Double(missed) * Double(observed) / Double(nested)).rounded(.up)
        own = max(own, min(missed, UInt64(exactly: share) ?? missed))
    }
}
