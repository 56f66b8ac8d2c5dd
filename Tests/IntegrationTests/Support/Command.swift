import Foundation

/// What a program did that ran to its end.
struct CommandResult {
    /// The exit status; minus the signal if one ended it.
    var status: Int32
    /// Standard output.
    var output: String
    /// Standard error.
    var error: String
}

/// Runs a program to its end.
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
/// Its output goes to files, so that it can never block on a full pipe and the test can read it at any time.
final class RunningProcess {
    private let process = Process()
    private let directory: URL

    /// Starts `arguments` with a clean OpenTelemetry environment and no proxies, in the namespace of `namespace` if there
    /// is one.
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
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: directory)
    }

    /// The process.
    var processIdentifier: Int32 { process.processIdentifier }

    /// Whether it has not ended yet.
    var isRunning: Bool { process.isRunning }

    /// The exit status once it has ended; minus the signal if one ended it.
    var status: Int32 {
        process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// Standard output so far.
    var output: String { text("out") }

    /// Standard error so far.
    var error: String { text("err") }

    /// The numbers of the BPF maps (`map_id`) or programs (`prog_id`) that it holds.
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
    func wait() {
        process.waitUntilExit()
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOf: directory.appending(path: name), encoding: .utf8)) ?? ""
    }
}

/// What was waited for did not come.
struct Timeout: Error, CustomStringConvertible {
    /// What was waited for, and what was there instead.
    var description: String
}

/// Waits until `condition` gives a value; tests wait for what must come, never for a time.
func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(30),
    _ condition: () throws -> Value?
) throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    while true {
        if let value = try condition() { return value }
        guard clock.now < end else { throw Timeout(description: "waited in vain for \(what)") }
        Thread.sleep(forTimeInterval: 0.02)
    }
}
