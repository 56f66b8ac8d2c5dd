import CommandSupport
import Glibc
import HTTPServer
package import Logging
import System
import UnixSignals

/// The receiver of `tcplens sink`.
package struct SinkServer: Sendable {
    private let host: String
    private let port: Int
    private let format: SinkFormat
    private let script: SinkScript
    private let environment: [String: String]

    /// Creates a receiver that does not listen yet.
    ///
    /// - Parameters:
    ///   - host: The address to listen on.
    ///   - port: The port; 0 for any free port.
    ///   - format: How to print what it receives.
    ///   - script: The responses that the user asked for.
    ///   - environment: The environment variables, for colours.
    package init(
        host: String,
        port: Int,
        format: SinkFormat,
        script: SinkScript,
        environment: [String: String]
    ) {
        (self.host, self.port, self.format) = (host, port, format)
        (self.script, self.environment) = (script, environment)
    }

    /// Receives and prints until a signal ends it, or until nobody reads the output any more.
    ///
    /// - Throws: ``Failure`` when it can't listen, ``StandardStream/Failure`` when it can't print.
    package func run(logger: Logger) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let server: HTTPServer
        do {
            server = try await HTTPServer(host: host, port: port) { logger.warning("\($0)") }
        } catch {
            throw Failure("\(error)")
        }
        logger.info("listening on http://\(host.contains(":") ? "[\(host)]" : host):\(server.port)/v1/metrics")
        let output = SinkOutput(format, environment: environment)
        // A closed output must be an error, not the end of the process by a signal.
        signal(SIGPIPE, SIG_IGN)
        let failure = await withTaskGroup(of: StandardStream.Failure?.self) { group in
            group.addTask { [script] in
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

    /// The response while the output is blocked: refused, to be retried.
    private static let unread = Refusal(503, "what was received before is not printed yet")

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
