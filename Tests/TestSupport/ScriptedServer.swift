internal import Glibc
package import HTTPServer
internal import Synchronization

/// A receiver on loopback with prepared answers, the last of which is repeated; it remembers requests.
package final class ScriptedServer: Sendable {
    private struct State {
        var answers: [HTTPResponse]
        var requests: [HTTPRequest] = []
    }

    private let state: Mutex<State>

    private let whenAsked: @Sendable () async -> Void

    private init(_ answers: [HTTPResponse], whenAsked: @escaping @Sendable () async -> Void) {
        state = Mutex(State(answers: answers))
        self.whenAsked = whenAsked
    }

    /// The requests so far.
    package var requests: [HTTPRequest] { state.withLock(\.requests) }

    /// Runs a server on `port` (0 is any) while `body` runs with its base URL; each answer waits for `whenAsked`.
    @discardableResult
    package static func run<Result: Sendable>(
        _ answers: [HTTPResponse],
        host: String = "127.0.0.1",
        port: Int = 0,
        whenAsked: @escaping @Sendable () async -> Void = {},
        body: (_ server: ScriptedServer, _ url: String) async throws -> Result
    ) async throws -> Result {
        let listener = try await HTTPServer(host: host, port: port)
        let server = ScriptedServer(answers, whenAsked: whenAsked)
        let task = Task { await listener.run { await server.answer($0) } }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(
                try await body(server, "http://\(host.contains(":") ? "[\(host)]" : host):\(listener.port)")
            )
        } catch {
            result = .failure(error)
        }
        task.cancel()
        await task.value
        return try result.get()
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        state.withLock { $0.requests.append(request) }
        await whenAsked()
        return state.withLock { state in
            state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
    }
}

extension HTTPResponse {
    private static let protobuf: HTTPFields = ["Content-Type": "application/x-protobuf"]

    /// An empty `ExportMetricsServiceResponse`: everything was accepted.
    package static let accepted = HTTPResponse(status: 200, headers: protobuf)

    /// An `ExportMetricsServiceResponse` with a partial success; field numbers from OTLP's `metrics_service.proto`.
    package static func partialSuccess(rejected: UInt8, message: String) -> HTTPResponse {
        let inner = (rejected > 0 ? [0x08, rejected] : []) + text(field: 2, message)
        return HTTPResponse(status: 200, headers: protobuf, body: [0x0A, UInt8(inner.count)] + inner)
    }

    /// A failure with a `google.rpc.Status` of code 3, invalid argument.
    package static func failure(_ status: Int, message: String, retryAfter: String? = nil) -> HTTPResponse {
        let headers = retryAfter.map { HTTPFields(protobuf.fields.map { ($0.name, $0.value) } + [("Retry-After", $0)]) }
        return HTTPResponse(status: status, headers: headers ?? protobuf, body: [0x08, 3] + text(field: 2, message))
    }

    private static func text(field: UInt8, _ text: String) -> [UInt8] {
        text.isEmpty ? [] : [field << 3 | 2, UInt8(text.utf8.count)] + Array(text.utf8)
    }
}

/// Prepares the process like the executable does, and ignores a proxy of the machine.
package func prepareProcess() {
    signal(SIGPIPE, SIG_IGN)
    unsafe setenv("no_proxy", "*", 1)
}
