internal import FoundationEssentials
internal import Synchronization
internal import System

/// The source of facts about the machine; tests make their own.
package struct Machine: Sendable {
    /// The environment variables.
    package var environment: [String: String]
    /// Reads a small text file; `nil` if it can't be read.
    package var read: @Sendable (_ path: String) -> String?
    /// Reads the target of a symbolic link; `nil` if it can't be read.
    package var link: @Sendable (_ path: String) -> String?

    /// Creates a machine with these facts.
    package init(
        environment: [String: String],
        link: @escaping @Sendable (_ path: String) -> String? = { _ in nil },
        read: @escaping @Sendable (_ path: String) -> String?
    ) {
        self.environment = environment
        self.link = link
        self.read = read
    }

    /// The machine that the process runs on.
    package static let current = Machine(
        environment: ProcessInfo.processInfo.environment,
        link: { try? FileManager.default.destinationOfSymbolicLink(atPath: $0) },
        read: { try? String(contentsOfFile: $0, encoding: .utf8) }
    )

    /// The same machine, whose files keep the text that they had when they were last read.
    ///
    /// A file that can't be read for a while, such as when the process has no descriptors left, must not make another
    /// machine of this one.
    package func remembering() -> Machine {
        let texts = Remembered()
        var machine = self
        machine.read = { [read] path in
            let text = read(path)
            return texts.known.withLock { known in
                known[path] = text ?? known[path]
                return known[path]
            }
        }
        return machine
    }

    /// Texts by the paths of their files.
    private final class Remembered: Sendable {
        let known = Mutex<[String: String]>([:])
    }

    /// The first non-empty first line of the files at `paths`.
    func line(of paths: String...) -> String? {
        for path in paths {
            if let line = read(path)?.split(whereSeparator: \.isNewline).first.map(String.init), !line.isEmpty {
                return line
            }
        }
        return nil
    }

    /// The value of an environment variable without surrounding white space; an empty one counts as unset, as
    /// OpenTelemetry's specification requires.
    func variable(_ name: String) -> String? {
        guard let value = environment[name]?.trimmed, !value.isEmpty else { return nil }
        return String(value)
    }
}
