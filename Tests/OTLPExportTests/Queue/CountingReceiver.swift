import HTTPServer
import Metrics
import OTLP
import Synchronization
import TestSupport

/// A receiver that records the numbers of exports from `exporting`, and can be made to fail.
final class CountingReceiver: Sendable {
    private struct State {
        var isAway = false
        var numbers: [Int] = []
    }

    private let state = Mutex(State())

    /// Runs a receiver while `body` runs with its base URL.
    static func run<Result: Sendable>(
        _ body: (_ receiver: CountingReceiver, _ url: String) async throws -> Result
    ) async throws -> Result {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0)
        let receiver = CountingReceiver()
        let task = Task { await server.run { receiver.answer($0) } }
        defer { task.cancel() }
        return try await body(receiver, "http://127.0.0.1:\(server.port)")
    }

    /// Whether it answers 503 to everything.
    var isAway: Bool {
        get { state.withLock(\.isAway) }
        set { state.withLock { $0.isAway = newValue } }
    }

    /// The numbers of accepted exports, in order of arrival.
    var numbers: [Int] { state.withLock(\.numbers) }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        guard !isAway else { return .failure(503, message: "away") }
        guard let metrics = try? ExportRequest.decode(request.body), let number = Self.number(metrics) else {
            return .failure(400, message: "no export of the program exporting")
        }
        state.withLock { $0.numbers.append(number) }
        return .accepted
    }

    /// The number of an export, if value and time of its first point agree on one.
    private static func number(_ metrics: [ResourceMetrics]) -> Int? {
        guard case .gauge(let points) = metrics.first?.scopes.first?.metrics.first?.data, let point = points.first,
            case .int(let value) = point.value,
            point.time.unixNanoseconds == UInt64(clamping: value) * 1_000_000_000
        else { return nil }
        return Int(value)
    }
}
