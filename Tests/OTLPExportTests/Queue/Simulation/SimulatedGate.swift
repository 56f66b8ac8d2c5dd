import Synchronization

/// Something that tasks wait for, and that is also passed by a task that is cancelled.
final class SimulatedGate: Sendable {
    private struct State {
        var isOpen = false
        var number = 0
        var waiters: [(number: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let staysOpen: Bool
    private let state = Mutex(State())

    /// Creates a gate that lets one task pass each time it is opened, or all until it is closed.
    init(staysOpen: Bool = false) {
        self.staysOpen = staysOpen
    }

    /// Opens it.
    func open() {
        state.withLock { state in
            state.isOpen = staysOpen || state.waiters.isEmpty
            let count = staysOpen ? state.waiters.count : min(state.waiters.count, 1)
            for waiter in state.waiters.prefix(count) { waiter.continuation.resume() }
            state.waiters.removeFirst(count)
        }
    }

    /// Closes it.
    func close() { state.withLock { $0.isOpen = false } }

    /// Waits until it is open, or the task is cancelled.
    func wait() async {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let passes = state.withLock { state in
                    guard !state.isOpen, !Task.isCancelled else {
                        state.isOpen = staysOpen && state.isOpen
                        return true
                    }
                    state.waiters.append((number, continuation))
                    return false
                }
                if passes { continuation.resume() }
            }
        } onCancel: {
            state.withLock { state in
                guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return }
                state.waiters.remove(at: index).continuation.resume()
            }
        }
    }
}
