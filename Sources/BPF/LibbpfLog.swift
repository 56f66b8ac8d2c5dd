internal import CLibbpf
internal import Glibc
internal import Synchronization

/// Keeps what libbpf would print, so that errors can carry it.
enum LibbpfLog {
    private static let lines = Mutex<[String]>([])
    /// libbpf has one print function for the whole process, so only one call at a time may be captured.
    private static let turn = Mutex(())
    /// The number of lines that are kept.
    ///
    /// A verifier's log can have megabytes. What comes before it says which program was refused, and its end says why.
    private static let capacity = 200
    /// How many of those are the first ones.
    private static let firstLines = 50

    private static let install: Void = {
        _ = unsafe libbpf_set_print { level, format, arguments in
            guard level != LIBBPF_DEBUG, let format = unsafe format, let arguments = unsafe arguments else { return 0 }
            // In full length: the verifier's log comes in one piece, and the reason is at its end.
            var text: UnsafeMutablePointer<CChar>?
            guard unsafe vasprintf(&text, format, arguments) >= 0, let text = unsafe text else { return 0 }
            append(unsafe String(cString: text))
            unsafe free(text)
            return 0
        }
    }()

    /// Adds lines to what is captured.
    static func append(_ text: String) {
        lines.withLock { lines in
            lines += text.split(separator: "\n").map(String.init)
            guard lines.count > capacity else { return }
            lines.removeSubrange(firstLines..<lines.count - (capacity - firstLines))
        }
    }

    /// Runs `body` and returns its result with what libbpf printed during it.
    static func capture<Result>(_ body: () -> Result) -> (result: Result, log: String) {
        install
        return turn.withLock { _ in
            lines.withLock { $0 = [] }
            let result = body()
            return (result, lines.withLock { $0.joined(separator: "\n") })
        }
    }
}
