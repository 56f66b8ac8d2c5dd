import Foundation

/// Network namespaces with sockets, made by `Scenarios/namespaces.py`; they end with this object.
final class Namespaces {
    /// The sockets of each namespace by state, by the inode number of the namespace.
    typealias Sockets = [UInt64: [String: Int]]

    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()
    private var unread = Data()

    /// Starts the script, which makes no namespace yet, in a cgroup of its own.
    init(in tree: ControlGroupTree, _ path: String) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scenarios/namespaces.py").path(percentEncoded: false)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script]
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        _ = try ask("here")
        try tree.move(process.processIdentifier, to: path)
    }

    deinit {
        try? commands.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Makes namespaces with 50 sockets each.
    func make(_ count: Int, withOwnTable: Bool = false) throws -> Sockets {
        let answer = try ask("make \(count)\(withOwnTable ? " own" : "")")
        let sockets = try JSONDecoder().decode([String: [String: Int]].self, from: answer)
        return Dictionary(uniqueKeysWithValues: sockets.compactMap { key, value in UInt64(key).map { ($0, value) } })
    }

    /// Sends another command, and waits until it is done.
    func callAsFunction(_ command: String) throws {
        _ = try ask(command)
    }

    private func ask(_ line: String) throws -> Data {
        try commands.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
        let newline = UInt8(ascii: "\n")
        while true {
            if let end = unread.firstIndex(of: newline) {
                defer { unread = Data(unread[unread.index(after: end)...]) }
                return Data(unread[unread.startIndex..<end])
            }
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Timeout(description: "namespaces.py ended at '\(line)'") }
            unread += more
        }
    }
}
