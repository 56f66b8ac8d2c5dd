/// Counts what is refused, and says when that is worth a line: when it begins, and then at most once a minute.
struct RefusalCount {
    private var count = 0
    private var lastTold: ContinuousClock.Instant?

    /// Notes one more; the number of all so far, or nil where nothing is to be told.
    mutating func note(at now: ContinuousClock.Instant) -> Int? {
        count += 1
        if let lastTold, now - lastTold < .seconds(60) { return nil }
        lastTold = now
        return count
    }
}
