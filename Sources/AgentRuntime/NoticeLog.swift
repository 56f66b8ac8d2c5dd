import Logging
import Synchronization
import System

/// Logs what the probes find out while they are read, each line once.
///
/// Some of it is what containers say of themselves, so their number of lines is limited.
final class NoticeLog: Sendable {
    private struct State {
        var logger: Logger
        var lines: Set<String> = []
    }

    /// The most lines; a thousand workloads may say something each.
    private static let limit = 2000
    /// The longest line in characters.
    private static let length = 1000

    private let state: Mutex<State>

    /// Creates a log that writes to `logger`.
    init(logger: Logger) {
        state = Mutex(State(logger: logger))
    }

    /// Logs `line`, unless it was logged before.
    func note(_ line: String) {
        let line = line.printable(limit: Self.length)
        state.withLock { state in
            guard state.lines.count <= Self.limit, state.lines.insert(line).inserted else { return }
            guard state.lines.count <= Self.limit else {
                state.logger.notice("more than \(Self.limit) notices about workloads: no more are logged")
                return
            }
            state.logger.notice("\(line)")
        }
    }

    /// Writes to `logger` from now on, and logs again what was logged before.
    func follow(_ logger: Logger) {
        state.withLock { $0 = State(logger: logger) }
    }
}
