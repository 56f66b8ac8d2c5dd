import Synchronization

/// The responses that the user asked for, used one after the other.
package final class SinkScript: Sendable {
    private let instruction: SinkReceiver.Instruction?
    private let left: Mutex<Int>

    /// Creates a script that returns `instruction` `times` times; forever if that is `nil`.
    package init(instruction: SinkReceiver.Instruction?, times: Int?) {
        self.instruction = instruction
        left = Mutex(times ?? .max)
    }

    /// The next response, or `nil` for the correct one.
    func next() -> SinkReceiver.Instruction? {
        guard let instruction else { return nil }
        return left.withLock { left in
            guard left > 0 else { return nil }
            left -= 1
            return instruction
        }
    }
}
