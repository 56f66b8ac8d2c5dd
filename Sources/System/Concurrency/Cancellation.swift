internal import Synchronization

/// A request to stop.
///
/// It can be made from any thread, once, and is never withdrawn.
package final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        var handler: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Creates one that has not been made.
    package init() {}

    /// Whether it was made.
    package var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// Makes it.
    package func cancel() {
        let handler = state.withLock { state in
            state.isCancelled = true
            return state.handler.take()
        }
        handler?()
    }

    /// Calls `handler` when the request is made, or at once if it was made before; nil removes the last handler.
    ///
    /// There is only one handler, because an export does one thing at a time. It may still run after it was removed, on
    /// the thread that cancels.
    package func onCancel(_ handler: (@Sendable () -> Void)?) {
        let isCancelled = state.withLock { state in
            state.handler = state.isCancelled ? nil : handler
            return state.isCancelled
        }
        if isCancelled {
            handler?()
        }
    }
}
