/// A clock without its type of instants, so that its users need not be generic.
package struct ErasedClock: Sendable {
    /// The time since this value was made.
    package let now: @Sendable () -> Duration
    /// Waits; throws if the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void

    /// Creates a clock that follows `clock`.
    package init(_ clock: some Clock<Duration>) {
        let origin = clock.now
        now = { origin.duration(to: clock.now) }
        sleep = { try await clock.sleep(for: $0) }
    }
}
