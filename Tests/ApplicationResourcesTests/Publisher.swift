import Foundation
import Testing

@testable import ApplicationResources
@testable import System

/// A process that publishes what it gets (`publish.py`); it ends with this object.
final class Publisher {
    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()

    /// Starts it with nothing but these variables and a search path in its environment.
    init(environment: [String: String] = [:], in wrapper: [String] = [], _ options: String...) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = wrapper + ["python3", Self.script] + options
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
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "publish.py").path(percentEncoded: false)
    private static let searchPath = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"

    /// The process id.
    var id: Int32 { process.processIdentifier }

    /// Kills it.
    func kill() {
        Foundation.kill(id, SIGKILL)
        process.waitUntilExit()
    }

    /// Gives it a command with its arguments, and returns the answer.
    @discardableResult
    func callAsFunction(_ command: Any...) throws -> Any {
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
    func publish(_ pairs: KeyValuePairs<String, Any>) throws {
        try self("publish", pairs.map { [$0.key, $0.value] })
    }

    /// Forks a child, and returns its process id.
    func fork() throws -> Int32 {
        Int32(try #require(try self("fork") as? Int))
    }
}

/// Reads `process` on this thread.
func read(_ process: Int32) -> ProcessScan? {
    var buffer = ScratchBuffer(capacity: ProcessEnvironment.maximumLength)
    guard case .scanned(let scan) = ProcessReading.answer(.init(process: process, known: nil), with: &buffer) else {
        return nil
    }
    return scan
}
