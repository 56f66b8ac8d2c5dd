internal import CLibbpf
internal import Glibc
internal import Synchronization

/// What libbpf prints, kept instead of printed, so that an error can carry it.
enum LibbpfLog {
    private static let lines = Mutex<[String]>([])
    /// libbpf has one print function for the process, so calls whose words matter go one at a time.
    private static let turn = Mutex(())
    /// A verifier's log can be megabytes; its end says why.
    private static let capacity = 200

    private static let install: Void = {
        _ = unsafe libbpf_set_print { level, format, arguments in
            guard level != LIBBPF_DEBUG, let format = unsafe format, let arguments = unsafe arguments else { return 0 }
            // As long as it is: the log of the verifier comes in one piece, and the reason stands at its end.
            var text: UnsafeMutablePointer<CChar>?
            guard unsafe vasprintf(&text, format, arguments) >= 0, let text = unsafe text else { return 0 }
            append(unsafe String(cString: text))
            unsafe free(text)
            return 0
        }
    }()

    private static func append(_ text: String) {
        lines.withLock { lines in
            lines += text.split(separator: "\n").map(String.init)
            lines.removeFirst(max(0, lines.count - capacity))
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
