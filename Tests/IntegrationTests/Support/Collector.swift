import Foundation

/// A real OpenTelemetry Collector that prints what it receives, in the namespace of a test.
final class Collector {
    /// Its URL.
    ///
    /// The namespaces belong to the tests, so the standard port is free.
    static let endpoint = "http://127.0.0.1:4318"

    /// What differs from the default configuration.
    struct Options {
        /// A receiver to forward to.
        ///
        /// The Collector answers with success only after that receiver has accepted.
        var next: String?
        /// Further settings of the forwarding exporter, one line each.
        var exporter: [String] = []
        /// Further settings of its HTTP server, one line each.
        var server: [String] = []
        /// Whether it has less memory than it needs, and so refuses everything.
        var isShortOfMemory = false
    }

    private let process: RunningProcess
    private let configuration: URL

    /// Starts a Collector and waits until it accepts requests.
    ///
    /// - Throws: When there is no Collector to start, or it does not start.
    init(in namespace: Traffic, _ options: Options = Options()) throws {
        guard let collector = Executable.collector else {
            throw Timeout(description: "there is no Collector: set OTELCOL to the path of one")
        }
        configuration = URL(filePath: NSTemporaryDirectory()).appending(path: "collector-\(UUID().uuidString).yaml")
        try Self.yaml(options).write(to: configuration, atomically: true, encoding: .utf8)
        process = try RunningProcess([collector, "--config", configuration.path(percentEncoded: false)], in: namespace)
        _ = try eventually("the Collector to be ready") {
            process.error.contains("Everything is ready") ? true : nil
        }
    }

    deinit {
        try? FileManager.default.removeItem(at: configuration)
    }

    /// What it has printed so far.
    var report: CollectorReport { CollectorReport(process.error) }

    /// Kills it, as a crash would end it.
    func kill() {
        process.signal(SIGKILL)
        process.wait()
    }

    private static func yaml(_ options: Options) -> String {
        // Without a queue it can't lose what it has accepted.
        let exporter = options.next.map { url in
            """
              otlp_http:
                metrics_endpoint: \(url)
                sending_queue: {enabled: false}
                retry_on_failure: {enabled: false}
                \(options.exporter.joined(separator: "\n    "))
            """
        }
        return """
            receivers:
              otlp:
                protocols:
                  http:
                    \((["endpoint: 127.0.0.1:4318"] + options.server).joined(separator: "\n        "))
            processors:
              memory_limiter:
                check_interval: 10ms
                limit_mib: \(options.isShortOfMemory ? 1 : 1000)
            exporters:
              debug:
                verbosity: detailed
            \(exporter ?? "")
            service:
              pipelines:
                metrics:
                  receivers: [otlp]
                  processors: [memory_limiter]
                  exporters: [debug\(options.next == nil ? "" : ", otlp_http")]
              telemetry:
                metrics:
                  level: none
            """
    }
}
