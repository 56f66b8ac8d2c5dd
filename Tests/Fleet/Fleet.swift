import ArgumentParser
import Configuration
import Foundation
import OTLPExport
import Pipeline
import System

/// Many hosts that do not exist, each with the agent's own collection loop, encoder, queue and transport, for
/// `Benchmarks/fleet`.
///
/// It prints a line of JSON each second with what has happened so far, and one after the last export.
@main struct Fleet: AsyncParsableCommand {
    @Argument(help: "The base URL of the receiver.")
    var endpoint: String

    @Option(help: "How many hosts.")
    var hosts = 10

    @Option(help: "The number of the first host, which its identity is made from.")
    var first = 0

    @Option(help: "Milliseconds from one export of a host to its next one.")
    var interval = 1000

    @Option(help: "How many seconds to export for.")
    var seconds = 10

    @Option(help: "Connections that begin in a second on each host.")
    var rate = 5.0

    @Option(help: "How many containers of each host are workloads of their own.")
    var containers = 0

    @Flag(help: "Compress.")
    var gzip = false

    @Flag(help: "Let all hosts export at the same moments, as agents without a place in the interval do.")
    var together = false

    @Flag(help: "Export the end of all series at the end, and try once more what waits.")
    var flush = false

    func run() async throws {
        // As tcplens does: a receiver that goes away is an error of the export.
        signal(SIGPIPE, SIG_IGN)
        let tally = Tally()
        let hosts = try (first..<first + hosts).map { try FleetHost(number: $0, self.configuration(), options, tally) }
        await Self.each(hosts) { await $0.prepare() }
        report(tally)
        await withTaskGroup(of: Void.self) { group in
            for host in hosts {
                group.addTask { await host.run() }
            }
            for _ in 0..<seconds {
                try? await Task.sleep(for: .seconds(1))
                report(tally)
            }
            group.cancelAll()
        }
        guard flush else { return }
        await Self.each(hosts) { await $0.end() }
        report(tally)
    }

    private static func each(_ hosts: [FleetHost], _ work: @escaping @Sendable (FleetHost) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for host in hosts {
                group.addTask { await work(host) }
            }
        }
    }

    private var options: FleetHost.Options {
        FleetHost.Options(
            interval: .milliseconds(interval),
            rate: rate,
            containers: containers,
            hasPlace: !together
        )
    }

    private func configuration() throws -> OTLPConfiguration {
        var environment = EnvironmentReader(["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint])
        var configuration = try OTLPConfiguration(&environment)
        configuration.compression = gzip ? .gzip : .none
        // As the agent's settings have it.
        configuration.waitLimit = min(.milliseconds(interval), .seconds(10))
        return configuration
    }

    private func report(_ tally: Tally) {
        try? StandardStream.output.write(tally.line + "\n")
    }
}
