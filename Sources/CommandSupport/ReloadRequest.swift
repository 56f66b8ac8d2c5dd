import Synchronization
package import System

/// A request to read the configuration again.
///
/// It ends a wait early.
///
/// Requests that come faster than they are handled are merged.
package final class ReloadRequest: Sendable {
    private struct State {
        var isMade = false
        var sleep: Task<Void, any Error>?
    }

    private let state = Mutex(State())

    /// Creates one that has not been made yet.
    package init() {}

    /// Makes the request, from any thread.
    package func make() {
        let sleep = state.withLock { state in
            state.isMade = true
            return state.sleep.take()
        }
        sleep?.cancel()
    }

    /// Waits for `duration` by `clock`, until the request is made, or until the task is cancelled.
    ///
    /// - Returns: Whether the request was made since the last call.
    package func isMade(within duration: Duration, on clock: ErasedClock) async -> Bool {
        let sleep = Task { try await clock.sleep(duration) }
        state.withLock { $0.sleep = sleep }
        // A request that was made earlier found no wait to end.
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
