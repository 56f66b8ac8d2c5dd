import Foundation

/// A real Collector with a configuration of `otel-collector-config`, in the namespace of a test.
final class ShippedCollector {
    /// The configurations that the core Collector can run.
    static let core = ["collector", "gateway", "node", "prometheus", "sidecar"]
    /// Those that only the contrib Collector can run: the file to add to, and the components that are not in the core.
    static let contrib = [
        "contrib-authentication": (base: "gateway", components: ["bearertokenauth", "basicauth"]),
        "contrib-cloud": (base: "node", components: ["resourcedetection"]),
        "contrib-disk-queue": (base: "node", components: ["file_storage"]),
        "contrib-kubernetes": (base: "node", components: ["k8sattributes"]),
    ]
    /// The folder.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "otel-collector-config")

    private let command: [String]
    private let namespace: Traffic
    private let environment: [String: String]
    private var process: RunningProcess
    private var earlier = ""

    /// Starts it and waits until it accepts requests.
    ///
    /// - Parameters:
    ///   - name: The name of the configuration.
    ///   - namespace: Where it runs.
    ///   - environment: The variables of the configuration.
    ///   - options: More options, such as `--set=…`.
    /// - Throws: When there is no Collector to start, or it does not start.
    init(
        _ name: String,
        in namespace: Traffic,
        _ environment: [String: String],
        _ options: [String] = []
    ) throws {
        guard let collector = Executable.collector else {
            throw Timeout(description: "there is no Collector: set OTELCOL to the path of one")
        }
        command = [collector, "--config", Self.path(name)] + options
        self.namespace = namespace
        self.environment = environment
        process = try RunningProcess(command, in: namespace, environment: environment)
        try waitForIt()
    }

    deinit {
        process.signal(SIGKILL)
        process.wait()
    }

    /// The path of a configuration.
    static func path(_ name: String) -> String { folder.appending(path: "\(name).yaml").path(percentEncoded: false) }

    /// The text of a configuration.
    static func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    /// Ends it in the way in which an upgrade does.
    func stop() {
        process.signal(SIGTERM)
        process.wait()
        earlier += process.error
    }

    /// Starts it again.
    func start() throws {
        process = try RunningProcess(command, in: namespace, environment: environment)
        try waitForIt()
    }

    /// Its log, since it was first started.
    var log: String { earlier + (process.isRunning ? process.error : "") }

    /// What everybody on the machine can read of its command line.
    func commandLine() throws -> String {
        try String(contentsOfFile: "/proc/\(process.processIdentifier)/cmdline", encoding: .utf8)
    }

    private func waitForIt() throws {
        _ = try eventually("the Collector to be ready") {
            if !process.isRunning { throw Timeout(description: "the Collector ended: \(process.error)") }
            return process.error.contains("Everything is ready") ? true : nil
        }
    }
}
