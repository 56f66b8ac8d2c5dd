import Dispatch

/// Runs blocking work outside of Swift's thread pool, which has only as many threads as the machine has cores.
func runBlocking<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        DispatchQueue(label: "tcplens.doctor").async { continuation.resume(returning: work()) }
    }
}
