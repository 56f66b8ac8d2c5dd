import Foundation

/// A real backend in the namespace of a test, which can be stopped and started again with its data.
final class Backend {
    /// A backend, and the way in which metrics come to it.
    enum Kind: String, CaseIterable {
        /// VictoriaMetrics, which receives OTLP.
        case victoriaMetrics
        /// Prometheus, which scrapes the agent each second.
        case scraping
        /// Prometheus, which receives OTLP.
        case receiving

        /// Whether it can be started here.
        var isHere: Bool {
            switch self {
            case .victoriaMetrics, .scraping: Executable.canTestBackends
            case .receiving: Executable.canTestReceivingPrometheus
            }
        }

        /// All that can be started here.
        static var here: [Self] { allCases.filter(\.isHere) }
    }

    /// A user and password that it wants.
    struct Login {
        let user = "tcplens"
        let password = "a-secret-that-nobody-shows"

        /// What the header Authorization has.
        var authorization: String { "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())" }
    }

    /// The URL of its OTLP receiver, to which a Collector adds `/v1/metrics`; nil if it scrapes.
    let endpoint: String?
    private let base: String
    private let arguments: [String]
    private let namespace: Traffic
    private let directory: URL
    private let login: Login?
    private var process: RunningProcess

    /// Starts it and waits until it answers.
    ///
    /// - Parameters:
    ///   - kind: Which one.
    ///   - namespace: Where it runs.
    ///   - login: What clients must say; only VictoriaMetrics asks for it.
    /// - Throws: When there is none to start, or it does not start.
    init(_ kind: Kind, in namespace: Traffic, _ login: Login? = nil) throws {
        self.namespace = namespace
        self.login = login
        directory = URL(filePath: NSTemporaryDirectory()).appending(path: "backend-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let path = directory.path(percentEncoded: false)
        switch kind {
        case .victoriaMetrics:
            base = "http://127.0.0.1:8428"
            endpoint = "\(base)/opentelemetry"
            var options = [
                "-httpListenAddr=127.0.0.1:8428", "-storageDataPath=\(path)/data", "-search.latencyOffset=0s",
                "-opentelemetry.usePrometheusNaming",
            ]
            if let login {
                let file = "\(path)/password"
                try login.password.write(toFile: file, atomically: true, encoding: .utf8)
                options += ["-httpAuth.username=\(login.user)", "-httpAuth.password=file://\(file)"]
            }
            arguments = [try Executable.here("victoria-metrics")] + options
        case .scraping:
            base = "http://127.0.0.1:9090"
            endpoint = nil
            let scrape = """
                global: {scrape_interval: 1s}
                scrape_configs: [{job_name: tcplens, static_configs: [{targets: ["127.0.0.1:9464"]}]}]
                """
            let options = try Self.options(scrape, in: directory, port: 9090)
            arguments = [try Executable.here("prometheus")] + options
        case .receiving:
            base = "http://127.0.0.1:9091"
            endpoint = "\(base)/api/v1/otlp"
            let receive = try BackendPage("prometheus-otlp").files["prometheus.yml"] ?? ""
            let options = try Self.options(receive, in: directory, port: 9091)
            arguments = [try Executable.here("prometheus-otlp"), "--web.enable-otlp-receiver"] + options
        }
        process = try RunningProcess(arguments, in: namespace)
        try waitForIt()
    }

    deinit {
        process.signal(SIGKILL)
        process.wait()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Ends it in the way in which an upgrade does; its data stays.
    func stop() {
        process.signal(SIGTERM)
        process.wait()
    }

    /// Starts it again.
    func start() throws {
        process = try RunningProcess(arguments, in: namespace)
        try waitForIt()
    }

    /// Its answer to a query, now or at `time`, in seconds since 1970.
    ///
    /// - Throws: When it refuses the query.
    func rows(_ query: String, at time: Double? = nil) throws -> [QueryRow] {
        try QueryRow.read(try answer("query", ["query": query, "time": time.map { "\($0)" }]))
    }

    /// The values of a query from `start` to `end`, each second.
    ///
    /// - Throws: When it refuses the query.
    func values(_ query: String, from start: Double, to end: Double) throws -> [[Double]] {
        let range = ["query": query, "start": "\(start)", "end": "\(end)", "step": "1", "nocache": "1"]
        return try Self.matrix(answer("query_range", range)).map { $0.map(\.1) }
    }

    /// The times and values of all samples of the last quarter of an hour, of each series that `selector` names.
    func samples(_ selector: String) throws -> [[(time: Double, value: Double)]] {
        try Self.matrix(answer("query", ["query": "\(selector)[15m]"])).map { $0.map { (time: $0.0, value: $0.1) } }
    }

    /// The warnings and errors of its log.
    var complaints: [Substring] {
        process.error.split(separator: "\n").filter { line in
            ["level=WARN", "level=ERROR", "\twarn\t", "\terror\t"].contains { line.contains($0) }
        }
    }

    private func waitForIt() throws {
        do {
            _ = try eventually("a backend to answer", within: .seconds(60)) {
                if !process.isRunning { throw Timeout(description: "a backend ended: \(process.error)") }
                return try? rows("vector(1)")
            }
        }
    }

    private func answer(_ path: String, _ parameters: [String: String?]) throws -> String {
        let user = login.map { ["--user", "\($0.user):\($0.password)"] } ?? []
        // Otherwise VictoriaMetrics does not show new samples at once.
        if base.hasSuffix("8428") {
            _ = try run(["curl", "-s"] + user + ["\(base)/internal/force_flush"], in: namespace)
        }
        let data = parameters.flatMap { key, value in value.map { ["--data-urlencode", "\(key)=\($0)"] } ?? [] }
        let result = try run(["curl", "-sG"] + user + data + ["\(base)/api/v1/\(path)"], in: namespace)
        guard result.status == 0 else { throw Timeout(description: "curl \(path): \(result.status)") }
        return result.output
    }

    private static func options(_ configuration: String, in directory: URL, port: Int) throws -> [String] {
        let file = directory.appending(path: "prometheus.yaml")
        try configuration.write(to: file, atomically: true, encoding: .utf8)
        return [
            "--config.file=\(file.path(percentEncoded: false))",
            "--storage.tsdb.path=\(directory.appending(path: "data").path(percentEncoded: false))",
            "--web.listen-address=127.0.0.1:\(port)",
        ]
    }

    private static func matrix(_ answer: String) throws -> [[(Double, Double)]] {
        let json = try? JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        guard let rows = (json?["data"] as? [String: Any])?["result"] as? [[String: Any]] else {
            throw Timeout(description: "the query was not answered: \(answer)")
        }
        return rows.map { row in
            (row["values"] as? [[Any]] ?? []).compactMap { pair in
                guard let time = (pair.first as? NSNumber)?.doubleValue,
                    let value = (pair.last as? String).flatMap({ Double($0) })
                else { return nil }
                return (time, value)
            }
        }
    }
}

extension Executable {
    /// A Prometheus with an OTLP receiver, which Debian's does not have: `$PROMETHEUS_OTLP`, or what
    /// `Tests/Backends/build-prometheus` has built.
    static let receivingPrometheus: String? = {
        if let path = ProcessInfo.processInfo.environment["PROMETHEUS_OTLP"], !path.isEmpty { return path }
        return backend("prometheus-otlp")
    }()

    /// Whether tests that need `receivingPrometheus` can run.
    static var canTestReceivingPrometheus: Bool { isRoot && receivingPrometheus != nil }

    /// Whether to run tests that take minutes: `make test-backends` does.
    static let takesLong = ProcessInfo.processInfo.environment["TCPLENS_TEST_LONG"] != nil

    /// The program of a backend.
    ///
    /// - Throws: When there is none.
    fileprivate static func here(_ name: String) throws -> String {
        guard let path = name == "prometheus-otlp" ? receivingPrometheus : backend(name) else {
            throw Timeout(description: "there is no \(name): see fetch-backends and build-prometheus")
        }
        return path
    }
}
