import Foundation
import TestSupport

/// The program `exporting` (`Tests/Exporting`) in its own process.
final class ExportingProcess: Sendable {
    /// What an export printed.
    struct Line: Equatable {
        /// Its number; 0 for the last export, which has no points.
        var number: Int
        /// The points that were accepted since the export before.
        var accepted: Int
        /// The points that wait.
        var queued: Int
        /// The points that were lost since the export before.
        var dropped: Int
        /// The anonymous resident memory in KiB.
        var memory: Int
    }

    private let process: Process
    private let ended: AsyncStream<Void>
    private let output: TemporaryDirectory

    /// Starts it, with `launcher` if there is one.
    init(_ arguments: [String], launcher: [String] = []) throws {
        output = try TemporaryDirectory()
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = launcher + [Self.executable] + arguments
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH", default: ""],
            "no_proxy": "*",
            // On a busy machine threads are scheduled differently each time, and use different heaps.
            "MALLOC_ARENA_MAX": "1",
        ]
        process.standardInput = FileHandle.nullDevice
        for name in ["out", "err"] { try output.write([], to: name) }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output.path("out")))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: output.path("err")))
        let (ended, end) = AsyncStream<Void>.makeStream()
        self.ended = ended
        process.terminationHandler = { _ in end.finish() }
        try process.run()
    }

    deinit {
        if process.isRunning { kill() }
    }

    /// Waits for its end without blocking a thread.
    func wait() async {
        for await _ in ended {}
    }

    /// Kills it.
    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
    }

    /// Whether it exited by itself and without errors.
    ///
    /// It may be running still, if the test's time is over.
    var isSuccess: Bool {
        !process.isRunning && process.terminationReason == .exit && process.terminationStatus == 0
    }

    /// Its output so far, without an incomplete last line.
    var lines: [Line] {
        text("out").split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { line in
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 5 else { return nil }
            return Line(
                number: numbers[0],
                accepted: numbers[1],
                queued: numbers[2],
                dropped: numbers[3],
                memory: numbers[4]
            )
        }
    }

    /// Its error output so far.
    var complaints: String { text("err") }

    private func text(_ name: String) -> String {
        (try? output.read(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The build puts it beside the test bundle.
    private static let executable: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "exporting").path(
            percentEncoded: false
        )
    }()
}
