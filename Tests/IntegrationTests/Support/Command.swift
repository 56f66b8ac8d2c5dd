import Foundation
import Testing

/// The result of a program that has ended.
struct CommandResult {
    /// The exit status; minus the signal if one ended it.
    var status: Int32
    /// Standard output.
    var output: String
    /// Standard error.
    var error: String
}

/// Runs a program until it ends.
func run(
    _ arguments: [String],
    in namespace: Traffic? = nil,
    environment: [String: String] = [:]
) throws -> CommandResult {
    let process = try RunningProcess(arguments, in: namespace, environment: environment)
    process.wait()
    return CommandResult(status: process.status, output: process.output, error: process.error)
}

/// A program that runs beside the test.
///
/// Its output goes to files, so it can never block on a full pipe, and the test can read the output at any time.
final class RunningProcess {
    private let process = Process()
    private let directory: URL

    /// Starts `arguments` without the variables of OpenTelemetry and of proxies, in the namespace of `namespace` if
    /// given.
    init(_ arguments: [String], in namespace: Traffic? = nil, environment: [String: String] = [:]) throws {
        directory = URL(filePath: NSTemporaryDirectory()).appending(path: "tcplens-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for name in ["out", "err"] {
            _ = FileManager.default.createFile(
                atPath: directory.appending(path: name).path(percentEncoded: false),
                contents: nil
            )
        }
        let enter = namespace.map { ["nsenter", "--net=/proc/\($0.processIdentifier)/ns/net"] } ?? []
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = enter + arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("OTEL_") && !$0.key.lowercased().hasSuffix("_proxy") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: directory.appending(path: "out"))
        process.standardError = try FileHandle(forWritingTo: directory.appending(path: "err"))
        try process.run()
    }

    deinit {
        if process.isRunning {
            process.terminate()
            if !hasEnded(within: .seconds(60)) { signal(SIGKILL) }
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: directory)
    }

    /// The process.
    var processIdentifier: Int32 { process.processIdentifier }

    /// Whether it is still running.
    var isRunning: Bool { process.isRunning }

    /// The exit status once it has ended; minus the signal if one ended it.
    var status: Int32 {
        process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// Standard output so far.
    var output: String { text("out") }

    /// Standard error so far.
    var error: String { text("err") }

    /// Standard output from an offset on, for tests that read much of it again and again.
    func output(from offset: UInt64) throws -> Data {
        let file = try FileHandle(forReadingFrom: directory.appending(path: "out"))
        try file.seek(toOffset: offset)
        return try file.readToEnd() ?? Data()
    }

    /// The kernel's numbers of the BPF maps (`map_id`) or programs (`prog_id`) that it holds.
    func kernelIdentifiers(_ field: String) throws -> Set<Int> {
        let folder = "/proc/\(processIdentifier)/fdinfo"
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: folder)
        return Set(
            descriptors.flatMap { descriptor -> [Int] in
                let text = (try? String(contentsOfFile: "\(folder)/\(descriptor)", encoding: .utf8)) ?? ""
                return text.split(separator: "\n").compactMap { line in
                    let parts = line.split(whereSeparator: \.isWhitespace)
                    return parts.first == "\(field):" ? parts.last.flatMap { Int($0) } : nil
                }
            }
        )
    }

    /// Sends a signal.
    func signal(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits until it has ended.
    ///
    /// If it does not end within `limit`, the test fails and the process is killed.
    func wait(within limit: Duration = .seconds(300)) {
        if !hasEnded(within: limit) {
            Issue.record("a process has not ended within \(limit): \(process.arguments ?? [])")
            signal(SIGKILL)
        }
        process.waitUntilExit()
    }

    private func hasEnded(within limit: Duration) -> Bool {
        let end = ContinuousClock.now.advanced(by: limit)
        while process.isRunning {
            guard ContinuousClock.now < end else { return false }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return true
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOf: directory.appending(path: name), encoding: .utf8)) ?? ""
    }
}

/// Something that a test waited for did not happen.
struct Timeout: Error, CustomStringConvertible {
    /// What the test waited for, and what it found instead.
    var description: String
}

/// Waits until `condition` returns a value.
///
/// Tests wait for a condition in this way, not for a time.
func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(30),
    _ condition: () throws -> Value?
) throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    while true {
        if let value = try condition() { return value }
        guard clock.now < end else { throw Timeout(description: "timed out waiting for \(what)") }
        Thread.sleep(forTimeInterval: 0.02)
    }
}
