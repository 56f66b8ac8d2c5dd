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

    /// Makes a namespace, or joins that of `namespace`, so that another process has sockets there.
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

    /// Changes the namespace by a program such as `ip` or `sysctl`.
    ///
    /// - Throws: If it does not succeed, since what follows would test something else.
    func configure(_ arguments: [String]) throws {
        let result = try run(arguments, in: self)
        guard result.status == 0 else { throw Refused(description: "\(arguments): \(result.error)") }
    }

    /// Runs commands one after the other.
    ///
    /// `Tests/Traffic/main.c` lists them.
    func callAsFunction(_ lines: String...) throws {
        for line in lines {
            try check(line, ask(line))
        }
    }

    /// Runs a command and returns its whole answer, such as `ok 111`.
    func ask(_ line: String) throws -> String {
        try tell(line)
        return try answer()
    }

    /// Starts a command without waiting for its answer.
    func tell(_ line: String) throws {
        try commands.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Waits until the last command is done.
    func expectAnswer() throws {
        try check("the last command", answer())
    }

    /// Waits until the last segments of closed connections have arrived.
    ///
    /// An earlier collection may see only one end.
    func settle() throws {
        _ = try eventually("the last segments") { try SocketTable.ss(in: self).isAtRest ? true : nil }
    }

    /// Drops segments that match a rule of nftables, before a socket of the namespace receives them.
    func drop(_ rule: String) throws {
        try filter("\(rule) drop")
    }

    /// Answers segments that match a rule of nftables with an ICMP message, before a socket receives them.
    func reject(_ rule: String) throws {
        try filter("\(rule) reject")
    }

    private func filter(_ rule: String) throws {
        let script = """
            add table inet test
            add chain inet test in { type filter hook input priority 0; }
            add rule inet test in \(rule)
            """
        try configure(["nft", script])
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
