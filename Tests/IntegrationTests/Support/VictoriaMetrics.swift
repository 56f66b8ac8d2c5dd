import Foundation

/// A real VictoriaMetrics, in the namespace of a test.
final class VictoriaMetrics {
    /// Its URL for OTLP.
    static let endpoint = "\(base)/opentelemetry/v1/metrics"

    /// One series with all its samples, in the order of arrival.
    struct Series: Decodable {
        /// Its labels, with its name as `__name__`.
        var metric: [String: String]
        /// Its values.
        var values: [Double]
        /// Their times, in milliseconds since 1970.
        var timestamps: [Int]
    }

    private static let base = "http://127.0.0.1:8428"

    private let process: RunningProcess
    private let namespace: Traffic
    private let storage: URL

    /// Starts it with `options` and waits until it answers.
    ///
    /// - Throws: When there is none to start, or it does not start.
    init(in namespace: Traffic, _ options: String...) throws {
        guard let program = Executable.backend("victoria-metrics") else {
            throw Timeout(description: "there is no VictoriaMetrics: run Tests/IntegrationTests/fetch-backends")
        }
        self.namespace = namespace
        storage = URL(filePath: NSTemporaryDirectory()).appending(path: "victoria-metrics-\(UUID().uuidString)")
        let arguments = [
            program, "-httpListenAddr=127.0.0.1:8428", "-storageDataPath=\(storage.path(percentEncoded: false))",
            "-retentionPeriod=1y", "-search.latencyOffset=0s",
        ]
        process = try RunningProcess(arguments + options, in: namespace)
        _ = try eventually("VictoriaMetrics to answer") { try? self.get("/health") }
    }

    deinit {
        process.signal(SIGKILL)
        process.wait()
        try? FileManager.default.removeItem(at: storage)
    }

    /// All samples of the series that `selector` names.
    func samples(_ selector: String) throws -> [Series] {
        // Otherwise new samples are not visible at once.
        _ = try get("/internal/force_flush")
        return try get("/api/v1/export", ["match[]": selector]).split(separator: "\n").map {
            try JSONDecoder().decode(Series.self, from: Data($0.utf8))
        }
    }

    /// The values that a query in PromQL has at `time`, in seconds since 1970.
    func query(_ query: String, at time: Int) throws -> [Double] {
        _ = try get("/internal/force_flush")
        let answer = try get("/prometheus/api/v1/query", ["query": query, "time": "\(time)"])
        let json = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        let results = (json?["data"] as? [String: Any])?["result"] as? [[String: Any]] ?? []
        // A sample is its time and its value, which is a text.
        return results.compactMap { (($0["value"] as? [Any])?.last as? String).flatMap { Double($0) } }
    }

    /// Makes what has arrived visible to all queries.
    func flush() throws {
        _ = try get("/internal/force_flush")
    }

    /// Its current answer to a query in PromQL.
    func rows(_ query: String) throws -> [QueryRow] {
        _ = try get("/internal/force_flush")
        return try QueryRow.read(get("/prometheus/api/v1/query", ["query": query]))
    }

    private func get(_ path: String, _ parameters: [String: String] = [:]) throws -> String {
        let data = parameters.flatMap { ["--data-urlencode", "\($0.key)=\($0.value)"] }
        let result = try run(["curl", "-sfG", Self.base + path] + data, in: namespace)
        guard result.status == 0 else { throw Timeout(description: "curl \(path): \(result.status) \(result.error)") }
        return result.output
    }
}
