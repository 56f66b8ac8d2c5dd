import Synchronization

/// The answers that the user asked for, given out one by one.
package final class SinkScript: Sendable {
    private let instruction: SinkReceiver.Instruction?
    private let left: Mutex<Int>

    /// Creates a script that gives `instruction` so often; always if `times` is `nil`.
    package init(instruction: SinkReceiver.Instruction?, times: Int?) {
        self.instruction = instruction
        left = Mutex(times ?? .max)
    }

    /// The next answer, or `nil` for the right one.
    func next() -> SinkReceiver.Instruction? {
        guard let instruction else { return nil }
        return left.withLock { left in
            guard left > 0 else { return nil }
            left -= 1
            return instruction
        }
    }
}
