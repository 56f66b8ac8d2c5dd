/// Counts refusals, and decides when to log one: the first, and then at most one a minute.
struct RefusalCount {
    private var count = 0
    private var lastTold: ContinuousClock.Instant?

    /// Counts a refusal.
    ///
    /// Returns the number so far if it is to be logged, or nil.
    mutating func note(at now: ContinuousClock.Instant) -> Int? {
        count += 1
        if let lastTold, now - lastTold < .seconds(60) { return nil }
        lastTold = now
        return count
    }
}
