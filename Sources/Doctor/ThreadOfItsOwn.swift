import Dispatch

/// Does work that may block on a thread of its own: Swift's own threads are as many as the machine has cores.
func onThreadOfItsOwn<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        DispatchQueue(label: "tcplens.doctor").async { continuation.resume(returning: work()) }
    }
}
