internal import Synchronization

/// Lets one task at a time pass, in order of arrival.
///
/// An actor alone does not guarantee that: while one call waits, another one can begin.
package final class Turn: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Creates a turn that nobody has.
    package init() {}

    /// Waits until nobody else has the turn, and takes it.
    package func take() async {
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isMine {
                continuation.resume()
            }
        }
    }

    /// Hands the turn to the next one.
    package func give() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
