package import Foundation

/// The scripted receiver `FaultServer/fault_server.py`, in its own process.
///
/// It records each request before it answers, so tests need not wait for the records.
package struct FaultServer {
    /// A recorded event.
    package struct Event: Decodable {
        /// What the receiver saw of TLS.
        package struct TLS: Decodable {
            /// The version, such as `TLSv1.3`.
            package var version: String
            /// The name that the client asked for.
            package var serverName: String?
            /// The protocol that was agreed on.
            package var alpn: String?
            /// The name in the client's certificate.
            package var client: String?
        }

        /// What happened: `listening`, `connection`, `request`, `reset` and others.
        package var event: String
        /// The port that is listened on.
        package var port: Int?
        /// The number of the connection, starting at 1.
        package var connection: Int?
        /// Why a connection or a request failed.
        package var reason: String?
        /// The method of a request.
        package var method: String?
        /// The target of a request, as it came.
        package var target: String?
        /// `HTTP/1.1` or `HTTP/2`.
        package var `protocol`: String?
        /// The names in lower case.
        package var headers: [String: String]?
        /// The body of a request.
        package var body: Data?
        /// What was seen of TLS; nil without.
        package var tls: TLS?
    }

    /// Something did not happen in time.
    package struct Failure: Error, CustomStringConvertible {
        /// One line: what did not happen.
        package var description: String
    }

    private let log: URL
    /// The port it listens on.
    package let port: Int

    /// The events so far.
    package var events: [Event] {
        let text = (try? Data(contentsOf: log)) ?? Data()
        // The last line may be half written.
        return text.split(separator: UInt8(ascii: "\n")).compactMap { line in
            try? JSONDecoder().decode(Event.self, from: Data(line))
        }
    }

    /// The complete requests.
    package var requests: [Event] { events.filter { $0.event == "request" } }

    /// The number of connections.
    package var connections: Int { events.count { $0.event == "connection" } }

    /// Runs a receiver by `script` while `body` runs.
    package static func run<Result>(
        _ script: FaultScript,
        body: (_ server: FaultServer) async throws -> Result
    ) async throws -> Result {
        let folder = try TemporaryDirectory()
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
    package static func tool(_ name: String) -> URL {
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

extension URL {
    /// The path as the system takes it.
    package var plainPath: String { path(percentEncoded: false) }
}
