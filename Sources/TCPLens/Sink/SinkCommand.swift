import ArgumentParser
import Export
import HTTPServer
import Logging
import Metrics
import Resource
import Synchronization
import UnixSignals

/// `tcplens sink`: a receiver of OTLP over HTTP for eyes and tests.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "Receive OTLP over HTTP and print what arrives.",
        discussion: """
            For a look at what an exporter sends when there is no Collector at hand.

              tcplens sink
              tcplens sink --port 0                   # any free port; the log says which
              tcplens sink --respond 503 --retry-after 2 --times 3
            """
    )

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 for any that is free.")
    var port = 4318

    @Option(help: "Answer with this HTTP status instead of 200.")
    var respond: Int?

    @Option(help: "Send Retry-After with that answer, in seconds.")
    var retryAfter: Int?

    @Option(help: "How many requests get that answer; all if not given.")
    var times: Int?

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535") }
        guard respond.map((200...599).contains) ?? true else {
            throw ValidationError("--respond must be a status from 200 to 599")
        }
        guard respond != nil || (retryAfter == nil && times == nil) else {
            throw ValidationError("--retry-after and --times need --respond")
        }
        guard (retryAfter ?? 0) >= 0, (times ?? 0) >= 0 else {
            throw ValidationError("--retry-after and --times can't be negative")
        }
    }

    func run() async throws {
        let logger = logging.logger(environment: Machine.current.environment)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let server: HTTPServer
        do {
            server = try await HTTPServer(host: host, port: port)
        } catch {
            throw Failure("\(error)")
        }
        logger.info("listening on http://\(host.contains(":") ? "[\(host)]" : host):\(server.port)/v1/metrics")
        let script = SinkScript(instruction: instruction, times: times)
        let output = SinkOutput()
        let failure = await withTaskGroup(of: StandardStream.Failure?.self) { group in
            group.addTask {
                await server.run { request in Self.answer(request, script: script, output: output, logger: logger) }
                return nil
            }
            group.addTask {
                _ = await signals.first { _ in true }
                return nil
            }
            group.addTask { await output.run() }
            let failure = await group.next() ?? nil
            group.cancelAll()
            output.end()
            return failure
        }
        if let failure, !failure.isClosedPipe {
            throw failure
        }
    }

    /// The answer when nobody reads what is printed: not taken, to be tried again.
    private static var unread: HTTPResponse {
        HTTPResponse(status: 503, text: "what was received before is not printed yet")
    }

    private var instruction: SinkReceiver.Instruction? {
        respond.map { SinkReceiver.Instruction(status: $0, retryAfter: retryAfter) }
    }

    private static func answer(_ request: HTTPRequest, script: SinkScript, output: SinkOutput, logger: Logger)
        -> HTTPResponse
    {
        if let instruction = script.next() {
            logger.info("answered \(instruction.status), as told")
            let fields = instruction.retryAfter.map { [(name: "Retry-After", value: "\($0)")] } ?? []
            return HTTPResponse(status: instruction.status, headers: HTTPFields(fields))
        }
        switch SinkReceiver.metrics(of: request) {
        case .success(let metrics):
            return output.write(MetricsText.render(metrics)) ? SinkReceiver.accepted : Self.unread
        case .failure(let refusal):
            logger.warning("answered \(refusal.status): \(refusal.reason)")
            return HTTPResponse(status: refusal.status, text: refusal.reason)
        }
    }
}

/// The answers that the user asked for, given out one by one.
final class SinkScript: Sendable {
    private let instruction: SinkReceiver.Instruction?
    private let left: Mutex<Int>

    /// Creates a script that gives `instruction` so often; always if `times` is `nil`.
    init(instruction: SinkReceiver.Instruction?, times: Int?) {
        self.instruction = instruction
        left = Mutex(times ?? .max)
    }

    /// The next answer, or `nil` for the right one.
    func next() -> SinkReceiver.Instruction? {
        guard let instruction else { return nil }
        return left.withLock { left in
            guard left > 0 else { return nil }
            left -= 1
            return instruction
        }
    }
}
