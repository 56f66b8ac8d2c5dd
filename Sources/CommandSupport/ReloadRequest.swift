import Synchronization
package import System

/// A wish to have the configuration read again, which ends a wait early.
///
/// Wishes that come faster than they are followed are one.
package final class ReloadRequest: Sendable {
    private struct State {
        var isMade = false
        var sleep: Task<Void, any Error>?
    }

    private let state = Mutex(State())

    /// Creates a wish that is not made yet.
    package init() {}

    /// Makes the wish, from any thread.
    package func make() {
        let sleep = state.withLock { state in
            state.isMade = true
            return state.sleep.take()
        }
        sleep?.cancel()
    }

    /// Waits for `duration` by `clock`, or until the wish is made or the task is cancelled.
    ///
    /// - Returns: Whether the wish was made since this was asked last.
    package func isMade(within duration: Duration, on clock: ErasedClock) async -> Bool {
        let sleep = Task { try await clock.sleep(duration) }
        state.withLock { $0.sleep = sleep }
        // One that was made before found nothing to end.
        if state.withLock(\.isMade) {
            sleep.cancel()
        }
        await withTaskCancellationHandler {
            _ = await sleep.result
        } onCancel: {
            sleep.cancel()
        }
        return state.withLock { state in
            defer { state.isMade = false }
            state.sleep = nil
            return state.isMade
        }
    }
}
