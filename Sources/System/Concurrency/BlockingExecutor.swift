internal import Dispatch

/// Runs an actor on a thread that may block.
///
/// Swift's thread pool has one thread for each core; a thread that waits in a C call is missing to everything else.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Creates an executor with a queue named `label`.
    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    /// Runs `job` on the thread.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Unowned is safe: the queue keeps the block, and the block this executor, until the job has run.
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
