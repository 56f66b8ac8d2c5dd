import Foundation

/// A web service that measures itself with OpenTelemetry's SDK for Python (`web.py`), in a cgroup of its own.
final class WebService {
    /// How it is served.
    enum Server {
        /// By Flask itself; `publishes` its resource in a process context or does not.
        case flask(publishes: Bool)
        /// By gunicorn, which forks workers.
        case gunicorn(workers: Int, publishes: Bool)
    }

    /// Where Prometheus can scrape it; only one process of it.
    let metrics: String
    private let process: RunningProcess
    private let namespace: Traffic
    private let directory: String
    private let port: Int
    private var clients: [RunningProcess] = []

    /// Starts it with nothing of OpenTelemetry but these variables in its environment, and waits until it answers.
    ///
    /// - Parameters:
    ///   - server: How it is served.
    ///   - directory: The directory of the cgroup.
    ///   - port: Where it listens.
    ///   - namespace: Where it listens and exports.
    ///   - environment: Says which service it is.
    /// - Throws: When there is no such Python, or the service does not answer.
    init(
        _ server: Server,
        at directory: String,
        port: Int,
        in namespace: Traffic,
        _ environment: [String: String]
    ) throws {
        guard let python = Executable.python else {
            throw Timeout(description: "there is no Python with the SDK: Tests/OTLPTests/prepare-venv.sh makes it")
        }
        (self.namespace, self.directory, self.port) = (namespace, directory, port)
        metrics = "127.0.0.1:\(port + 1000)"
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scenarios").path(percentEncoded: false)
        var variables = environment.merging(["OTEL_SEMCONV_STABILITY_OPT_IN": "http"]) { $1 }
        let command: [String]
        switch server {
        case .flask(let publishes):
            variables["METRICS_PORT"] = "\(port + 1000)"
            command = [python, "\(folder)/web.py", "\(port)"] + (publishes ? ["publish"] : [])
        case .gunicorn(let workers, let publishes):
            // Two workers can't listen on one port.
            if workers == 1 { variables["METRICS_PORT"] = "\(port + 1000)" }
            let options = ["--workers", "\(workers)", "--bind", "127.0.0.1:\(port)", "--no-control-socket"]
            let application = "web:application(\(publishes ? "True" : "False"))"
            command = [python, "-m", "gunicorn", "--chdir", folder] + options + [application]
        }
        let enter = ["sh", "-c", "echo $$ >\(directory)/cgroup.procs && exec \"$@\"", "sh"]
        process = try RunningProcess(enter + command, in: namespace, environment: variables)
        // Two seconds, and more while others compile.
        _ = try eventually("the service on port \(port) to answer", within: .seconds(60)) {
            if !process.isRunning { throw Timeout(description: "the service ended: \(process.error)") }
            return try get(url(0), in: namespace).status == 200 ? true : nil
        }
    }

    deinit {
        // Tests are run with SIGTERM blocked, and most programs inherit that.
        for client in clients {
            client.signal(SIGKILL)
            client.wait()
        }
        let all = (try? String(contentsOfFile: "\(directory)/cgroup.procs", encoding: .utf8)) ?? ""
        for member in all.split(separator: "\n").compactMap({ Int32($0) }) { kill(member, SIGKILL) }
        process.wait()
    }

    private func url(_ milliseconds: Int) -> String { "http://127.0.0.1:\(port)/cart/\(milliseconds)" }

    /// The `service.instance.id` that the SDK gives it; of gunicorn that of any worker.
    func instance() throws -> String {
        try get(url(0), in: namespace).body.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Starts clients that send requests one after the other, each in a connection of its own.
    ///
    /// - Parameters:
    ///   - count: Their number.
    ///   - milliseconds: How long an answer takes.
    /// - Throws: When there is no curl.
    func ask(_ count: Int = 1, milliseconds: Int) throws {
        for _ in 0..<count {
            let options = ["--silent", "--rate", "20/s", "--output", "/dev/null"]
            let target = "\(url(milliseconds))?[1-1000000]"
            clients.append(try RunningProcess(["curl"] + options + [target], in: namespace))
        }
    }
}
