import Foundation

/// A network namespace with sockets in known states, made by the program `traffic`; it ends with this object.
final class Traffic {
    /// An answer other than `ok`.
    struct Refused: Error, CustomStringConvertible {
        /// The command and the answer.
        var description: String
    }

    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()
    private var unread = Data()

    /// Makes a namespace; or joins that of `namespace`, for sockets of another process in it.
    init(in namespace: Traffic? = nil) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            namespace.map { ["nsenter", "--net=/proc/\($0.processIdentifier)/ns/net", Executable.traffic, "--here"] }
            ?? [Executable.traffic]
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        try check("start", answer())
    }

    deinit {
        try? commands.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }

    /// The process that holds the namespace and the sockets.
    var processIdentifier: Int32 { process.processIdentifier }

    /// Gives commands one after the other.
    ///
    /// `Tests/Traffic/main.c` lists them.
    func callAsFunction(_ lines: String...) throws {
        for line in lines {
            try check(line, ask(line))
        }
    }

    /// Gives a command that answers with more than `ok`, and returns that.
    func ask(_ line: String) throws -> String {
        try tell(line)
        return try answer()
    }

    /// Gives a command and does not wait for it.
    func tell(_ line: String) throws {
        try commands.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Waits until the command that was given last is done.
    func expectAnswer() throws {
        try check("the last command", answer())
    }

    /// Waits until the last segments of what was closed have arrived; a collection before that may see half of it.
    func settle() throws {
        _ = try eventually("the last segments") { try SocketTable.ss(in: self).isAtRest ? true : nil }
    }

    /// Drops what a rule of nftables matches, before a socket of the namespace sees it.
    func drop(_ rule: String) throws {
        try filter("\(rule) drop")
    }

    /// Answers what a rule of nftables matches with an ICMP message, before a socket of the namespace sees it.
    func reject(_ rule: String) throws {
        try filter("\(rule) reject")
    }

    private func filter(_ rule: String) throws {
        let script = """
            add table inet test
            add chain inet test in { type filter hook input priority 0; }
            add rule inet test in \(rule)
            """
        let result = try run(["nft", script], in: self)
        guard result.status == 0 else { throw Refused(description: "nft: \(result.error)") }
    }

    private func check(_ command: String, _ answer: String) throws {
        guard answer.hasPrefix("ok") else { throw Refused(description: "\(command): \(answer)") }
    }

    private func answer() throws -> String {
        let newline = UInt8(ascii: "\n")
        while true {
            if let end = unread.firstIndex(of: newline) {
                let line = unread[unread.startIndex..<end]
                unread = Data(unread[unread.index(after: end)...])
                return String(decoding: line, as: UTF8.self)
            }
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Refused(description: "traffic ended") }
            unread += more
        }
    }
}
