import Foundation

/// A process that publishes what it gets (`publish.py`), or another script with its commands; it ends with this object.
package final class Publisher {
    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()

    /// Starts it with nothing but these variables and a search path in its environment.
    ///
    /// - Parameters:
    ///   - environment: The variables.
    ///   - wrapper: A command that runs the command that follows it.
    ///   - script: The script, unless it is `publish.py`.
    ///   - options: Its arguments.
    /// - Throws: When there is no such program.
    package init(
        environment: [String: String] = [:],
        in wrapper: [String] = [],
        script: String? = nil,
        _ options: String...
    ) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = wrapper + ["python3", script ?? Self.script] + options
        process.environment = environment.merging(["PATH": Self.searchPath]) { given, _ in given }
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        // When it answers, the program runs with its own environment and not with that of `env`.
        _ = try? self("set environment", "READY", "1")
    }

    deinit {
        try? commands.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    private static let script =
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "publish.py").plainPath
    private static let searchPath = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"

    /// The process id.
    package var id: Int32 { process.processIdentifier }

    /// Kills it.
    package func kill() {
        Foundation.kill(id, SIGKILL)
        process.waitUntilExit()
    }

    /// Gives it a command with its arguments, and returns the answer.
    ///
    /// - Throws: When it has ended.
    @discardableResult
    package func callAsFunction(_ command: Any...) throws -> Any {
        var line = try JSONSerialization.data(withJSONObject: command)
        line.append(UInt8(ascii: "\n"))
        try commands.fileHandleForWriting.write(contentsOf: line)
        var answer = Data()
        while answer.last != UInt8(ascii: "\n") {
            guard let byte = try answers.fileHandleForReading.read(upToCount: 1), !byte.isEmpty else {
                throw CocoaError(.fileReadUnknown)
            }
            answer += byte
        }
        return try JSONSerialization.jsonObject(with: answer, options: .fragmentsAllowed)
    }

    /// Publishes the attributes in `pairs`.
    ///
    /// - Throws: When it has ended.
    package func publish(_ pairs: KeyValuePairs<String, Any>) throws {
        try self("publish", pairs.map { [$0.key, $0.value] })
    }

    /// Forks a child, and returns its process id.
    ///
    /// - Throws: When it has ended, or can't fork.
    package func fork() throws -> Int32 {
        guard let child = try self("fork") as? Int else { throw CocoaError(.featureUnsupported) }
        return Int32(child)
    }
}
