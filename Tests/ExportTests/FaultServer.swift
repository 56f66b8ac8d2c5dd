import Foundation

/// The scripted receiver `FaultServer/fault_server.py`, in its own process.
///
/// It records each request before it answers, so tests need not wait for the records.
struct FaultServer {
    /// A recorded event.
    struct Event: Decodable {
        /// What the receiver saw of TLS.
        struct TLS: Decodable {
            var version: String
            /// The name that the client asked for.
            var serverName: String?
            var alpn: String?
            /// The name in the client's certificate.
            var client: String?
        }

        var event: String
        var port: Int?
        /// The number of the connection, starting at 1.
        var connection: Int?
        var reason: String?
        var method: String?
        var target: String?
        var `protocol`: String?
        /// The names in lower case.
        var headers: [String: String]?
        var body: Data?
        var tls: TLS?
    }

    /// Something did not happen in time.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let log: URL
    /// The port it listens on.
    let port: Int

    /// The events so far.
    var events: [Event] {
        let text = (try? Data(contentsOf: log)) ?? Data()
        // The last line may be half written.
        return text.split(separator: UInt8(ascii: "\n")).compactMap { line in
            try? JSONDecoder().decode(Event.self, from: Data(line))
        }
    }

    /// The complete requests.
    var requests: [Event] { events.filter { $0.event == "request" } }

    /// The number of connections.
    var connections: Int { events.count { $0.event == "connection" } }

    /// Runs a receiver by `script` while `body` runs.
    static func run<Result>(
        _ script: FaultScript,
        body: (_ server: FaultServer) async throws -> Result
    ) async throws -> Result {
        let folder = try TemporaryFolder()
        let (file, log) = (folder.url.appending(path: "script.json"), folder.url.appending(path: "log"))
        try JSONEncoder().encode(script).write(to: file)
        _ = FileManager.default.createFile(atPath: log.plainPath, contents: nil)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-B", "-W", "ignore::DeprecationWarning", tool("fault_server.py").plainPath, file.plainPath,
        ]
        // Its end is the end of the process, even if the tests crash.
        let lifeline = Pipe()
        process.standardInput = lifeline
        process.standardOutput = try FileHandle(forWritingTo: log)
        let (ends, ended) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in ended.finish() }
        try process.run()
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(FaultServer(log: log, port: try await port(log))))
        } catch {
            result = .failure(error)
        }
        try? lifeline.fileHandleForWriting.close()
        for await _ in ends {}
        withExtendedLifetime(folder) {}
        return try result.get()
    }

    /// A program beside the tests' sources.
    static func tool(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "FaultServer/\(name)")
    }

    private static func port(_ log: URL) async throws -> Int {
        // Some 30 s, for Python on a busy machine.
        for _ in 0..<1500 {
            let events = FaultServer(log: log, port: 0).events
            if let port = events.first(where: { $0.event == "listening" })?.port { return port }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Failure(description: "the fault server does not listen")
    }
}

/// A directory that is deleted with this object.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = URL(filePath: NSTemporaryDirectory()).appending(path: "tcplens-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}

extension URL {
    /// The path as the system takes it.
    var plainPath: String { path(percentEncoded: false) }
}
