import ArgumentParser
import Glibc
import HTTPServer
import Logging
import Metrics
import OTLP
import Resource
import Synchronization
import System
import UnixSignals

/// `tcplens sink`: a receiver of OTLP over HTTP for eyes and tests.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "Receive OTLP over HTTP and print what arrives.",
        usage: "tcplens sink [<options>]",
        discussion: """
            For a look at what any client sends when there is no Collector at hand.

              tcplens sink
              tcplens sink --format json | jq '.resourceMetrics[].scopeMetrics[].scope'
              tcplens sink --respond 503 --retry-after 2 --times 3
            """
    )

    @Option(help: ArgumentHelp("table, or json with a request a line, as OTLP has it.", valueName: "format"))
    var format = SinkFormat.table

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 for any that is free.")
    var port = 4318

    @Option(help: ArgumentHelp("Answer with this HTTP status instead of 200.", valueName: "status"))
    var respond: Int?

    @Option(help: ArgumentHelp("Send Retry-After with that answer, in seconds.", valueName: "s"))
    var retryAfter: Int?

    @Option(help: ArgumentHelp("How many requests get that answer; all if not given.", valueName: "n"))
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
            server = try await HTTPServer(host: host, port: port) { logger.warning("\($0)") }
        } catch {
            throw Failure("\(error)")
        }
        logger.info("listening on http://\(host.contains(":") ? "[\(host)]" : host):\(server.port)/v1/metrics")
        let script = SinkScript(instruction: instruction, times: times)
        let output = SinkOutput(format, environment: Machine.current.environment)
        // A reader that goes away is the end of it, not of the process.
        signal(SIGPIPE, SIG_IGN)
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
    private static let unread = Refusal(503, "what was received before is not printed yet")

    private var instruction: SinkReceiver.Instruction? {
        respond.map { SinkReceiver.Instruction(status: $0, retryAfter: retryAfter) }
    }

    private static func answer(_ request: HTTPRequest, script: SinkScript, output: SinkOutput, logger: Logger)
        -> HTTPResponse
    {
        if let instruction = script.next() {
            logger.info("answered \(instruction.status), as told")
            let fields = instruction.retryAfter.map { [(name: "Retry-After", value: "\($0)")] } ?? []
            let refusal = Refusal(instruction.status, "answered \(instruction.status), as told")
            guard instruction.status >= 400 else {
                return HTTPResponse(status: instruction.status, headers: HTTPFields(fields))
            }
            return SinkReceiver.answer(refusal, to: request, headers: fields)
        }
        do throws(Refusal) {
            let delivery = try SinkReceiver.delivery(of: request)
            guard output.write(delivery) else { throw Self.unread }
            return SinkReceiver.accepted(delivery.encoding)
        } catch {
            logger.warning("answered \(error.status): \(error.reason)")
            return SinkReceiver.answer(error, to: request)
        }
    }
}

/// How the sink prints what it receives.
enum SinkFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case table
    /// For programs.
    case json
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
