import ArgumentParser
import Resource
import Sink

/// `tcplens sink`: a receiver of OTLP over HTTP that prints what it gets, for people and tests.
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

    @Option(
        help: ArgumentHelp(
            "Print tables, or each request as a line of JSON.",
            valueName: "format"
        )
    )
    var format = SinkFormat.table

    @Option(help: "Listen on this address.")
    var host = "127.0.0.1"

    @Option(help: "Listen on this port; 0 is any free port.")
    var port = 4318

    @Option(help: ArgumentHelp("Answer with this HTTP status instead of 200.", valueName: "status"))
    var respond: Int?

    @Option(help: ArgumentHelp("Send Retry-After with that answer, in seconds.", valueName: "s"))
    var retryAfter: Int?

    @Option(help: ArgumentHelp("Give that answer to so many requests only (default: all).", valueName: "n"))
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
        let environment = Machine.current.environment
        let server = SinkServer(
            host: host,
            port: port,
            format: format,
            script: SinkScript(instruction: instruction, times: times),
            environment: environment
        )
        try await server.run(logger: logging.logger(environment: environment))
    }

    private var instruction: SinkReceiver.Instruction? {
        respond.map { SinkReceiver.Instruction(status: $0, retryAfter: retryAfter) }
    }
}

extension SinkFormat: ExpressibleByArgument {}
