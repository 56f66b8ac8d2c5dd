import Dispatch

/// Runs blocking work on a new thread, because Swift has only as many threads as the machine has cores.
func onOwnThread<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        DispatchQueue(label: "tcplens.doctor").async { continuation.resume(returning: work()) }
    }
}
