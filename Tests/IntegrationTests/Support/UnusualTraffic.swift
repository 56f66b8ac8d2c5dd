import Foundation
import Glibc

/// The scenarios of a script that makes connections in unusual ways, in a network namespace of its own.
struct UnusualTraffic {
    /// The namespace.
    let traffic: Traffic
    private let script: String

    /// Makes the namespace, and no connections yet.
    ///
    /// `script` is one of `Scenarios`.
    init(_ script: String = "unusual.py") throws {
        traffic = try Traffic()
        self.script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scenarios").appending(path: script).path(percentEncoded: false)
    }

    /// Runs a scenario to its end, and returns what there was to count.
    func callAsFunction(_ scenario: String) throws -> [String: Int] {
        let result = try run(["python3", script, scenario], in: traffic)
        guard result.status == 0, let line = result.output.split(separator: "\n").last else {
            throw Timeout(description: "\(scenario) failed: \(result.error)")
        }
        return try JSONDecoder().decode([String: Int].self, from: Data(line.utf8))
    }

    /// Starts a scenario that stays until ``Held/end()``, and waits until all is in place.
    func hold(_ scenario: String) throws -> Held {
        try Held(["python3", script, scenario], in: traffic)
    }

    /// The kernel's counters of the namespace (`nstat`).
    func counters() throws -> [String: Int] {
        let result = try run(["nstat", "-asz"], in: traffic)
        return result.output.split(separator: "\n").dropFirst().reduce(into: [:]) { counters, line in
            let words = line.split(separator: " ")
            if words.count >= 2 { counters[String(words[0])] = Int(words[1]) }
        }
    }

    /// A scenario that stays until it is ended.
    final class Held {
        private let process = Process()
        private let commands = Pipe()
        /// What it printed when all was in place.
        let answer: Data

        fileprivate init(_ arguments: [String], in traffic: Traffic) throws {
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["nsenter", "--net=/proc/\(traffic.processIdentifier)/ns/net"] + arguments
            process.standardInput = commands
            let answers = Pipe()
            process.standardOutput = answers
            try process.run()
            var state = pollfd(fd: answers.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&state, 1, 120_000) == 1 else {
                process.terminate()
                throw Timeout(description: "\(arguments.last ?? "") is not in place after two minutes")
            }
            answer = answers.fileHandleForReading.availableData
            guard !answer.isEmpty else {
                throw Timeout(description: "\(arguments.last ?? "") ended early")
            }
        }

        /// Ends the scenario, and waits until its process has ended.
        func end() {
            try? commands.fileHandleForWriting.close()
            process.waitUntilExit()
        }

        deinit {
            process.terminate()
        }
    }
}
