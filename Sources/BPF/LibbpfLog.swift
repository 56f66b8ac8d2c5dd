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
            var buffer = [CChar](repeating: 0, count: 4096)
            _ = unsafe vsnprintf(&buffer, buffer.count, format, arguments)
            let bytes = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            append(String(decoding: bytes, as: UTF8.self))
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
