import Foundation

/// Connections of `crowd.py`: clients in one network namespace, servers in another, and a veth pair between them.
final class Crowd {
    /// The namespace of the clients.
    let clients: Traffic
    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()
    /// A process in the namespace of the servers.
    let server: Int32

    /// Makes the namespaces.
    ///
    /// Later, connections are made for this number of seconds.
    init(seconds: Int) throws {
        clients = try Traffic()
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "crowd.py").path(percentEncoded: false)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "nsenter", "--net=/proc/\(clients.processIdentifier)/ns/net", "python3", script, "\(seconds)",
        ]
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        server = Int32(try Self.numbers(answers, 1)[0])
    }

    deinit {
        try? commands.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Starts to make connections.
    func begin() throws {
        try commands.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
    }

    /// Waits for the end, and returns how many connections there were, and how many attempts were refused.
    func end() throws -> (made: Int, refused: Int) {
        let numbers = try Self.numbers(answers, 2)
        return (numbers[0], numbers[1])
    }

    private static func numbers(_ answers: Pipe, _ count: Int) throws -> [Int] {
        var answer = Data()
        while answer.last != UInt8(ascii: "\n") {
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            answer += more
        }
        let text = String(decoding: answer, as: UTF8.self)
        let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard numbers.count == count else {
            throw Timeout(description: "crowd.py answers '\(text)'")
        }
        return numbers
    }
}
