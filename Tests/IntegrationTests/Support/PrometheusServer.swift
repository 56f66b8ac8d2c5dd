import Foundation

/// A real Prometheus that scrapes its targets each second, in the namespace of a test.
final class PrometheusServer {
    private let process: RunningProcess
    private let directory: URL
    private let namespace: Traffic

    /// Starts it and waits until it answers.
    ///
    /// - Throws: When there is none to start, or it does not start.
    init(scraping targets: String..., in namespace: Traffic) throws {
        guard let program = Executable.backend("prometheus") else {
            throw Timeout(description: "there is no prometheus: Tests/IntegrationTests/fetch-backends gets one")
        }
        self.namespace = namespace
        directory = URL(filePath: NSTemporaryDirectory()).appending(path: "prometheus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let configuration = directory.appending(path: "prometheus.yaml")
        try """
        global:
          scrape_interval: 1s
        scrape_configs:
          - job_name: tcplens
            static_configs:
              - targets: [\(targets.map { "\"\($0)\"" }.joined(separator: ", "))]
        """.write(to: configuration, atomically: true, encoding: .utf8)
        process = try RunningProcess(
            [
                program, "--config.file=\(configuration.path(percentEncoded: false))",
                "--storage.tsdb.path=\(directory.appending(path: "data").path(percentEncoded: false))",
                "--web.listen-address=127.0.0.1:9090",
            ],
            in: namespace
        )
        _ = try eventually("Prometheus to be ready") {
            process.error.contains("Server is ready") ? true : nil
        }
    }

    deinit {
        process.signal(SIGKILL)
        process.wait()
        try? FileManager.default.removeItem(at: directory)
    }

    /// All samples that it has now.
    func query(_ expression: String) throws -> PrometheusSamples {
        try PrometheusSamples(answer: answer(to: expression))
    }

    /// Its current answer to a query.
    func rows(_ expression: String) throws -> [QueryRow] {
        try QueryRow.read(answer(to: expression))
    }

    private func answer(to expression: String) throws -> String {
        let url = "http://127.0.0.1:9090/api/v1/query"
        return try get(url, in: namespace, "--get", "--data-urlencode", "query=\(expression)").body
    }

    /// The warnings and errors of its log.
    var complaints: [Substring] {
        process.error.split(separator: "\n").filter { $0.contains("level=WARN") || $0.contains("level=ERROR") }
    }
}
