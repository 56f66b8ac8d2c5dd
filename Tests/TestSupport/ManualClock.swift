internal import Synchronization

/// A clock that stands still.
///
/// A sleep advances it at once; the clock remembers sleeps.
package final class ManualClock: Clock {
    /// A moment of this clock.
    package struct Instant: InstantProtocol {
        /// The time since it was made.
        package var offset: Duration

        /// The moment so much later.
        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        /// How much later `other` is.
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        /// Whether one is earlier.
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct State {
        var now = Duration.zero
        var sleeps: [Duration] = []
    }

    /// More sleeps than any test needs.
    private static let limit = 1000

    private let state = Mutex(State())
    private let onSleep: @Sendable (Duration) async throws -> Void

    /// Creates a clock that calls `onSleep` with the duration of each sleep before it ends.
    package init(onSleep: @escaping @Sendable (Duration) async throws -> Void = { _ in }) {
        self.onSleep = onSleep
    }

    /// The time since it was made.
    package var now: Instant { Instant(offset: state.withLock(\.now)) }
    /// It has no resolution to mind.
    package var minimumResolution: Duration { .zero }

    /// Advances it without a sleep.
    package func move(by duration: Duration) { state.withLock { $0.now += duration } }

    /// The durations of all sleeps.
    package var sleeps: [Duration] { state.withLock(\.sleeps) }

    /// Moves on to `deadline` at once, after `onSleep`.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let (duration, count) = state.withLock { state in
            let duration = deadline.offset - state.now
            state.sleeps.append(duration)
            return (duration, state.sleeps.count)
        }
        // An exporter that a test has left behind tries for ever; it must not take the processor from others.
        if count > Self.limit {
            try await Task.sleep(for: .seconds(3600))
        }
        try await onSleep(duration)
        state.withLock { $0.now = max($0.now, deadline.offset) }
    }
}

/// A clock whose sleeps end by cancellation only.
extension ManualClock {
    /// Creates a clock that calls `onSleep` and then sleeps until the task is cancelled.
    package static func endless(onSleep: @escaping @Sendable () -> Void) -> ManualClock {
        ManualClock { _ in
            onSleep()
            // Far longer than any test; it only matters that it throws when cancelled.
            try await Task.sleep(for: .seconds(3600))
        }
    }
}
