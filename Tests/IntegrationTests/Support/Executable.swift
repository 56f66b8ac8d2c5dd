import Foundation

/// Programs that the tests start.
enum Executable {
    /// The directory of the built programs, beside the test bundle.
    private static let products: URL = {
        let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
        return URL(filePath: bundles.first ?? CommandLine.arguments[0]).deletingLastPathComponent()
    }()

    /// The program under test.
    static let tcplens = products.appending(path: "tcplens").path(percentEncoded: false)

    /// The exporter of numbered metrics, `Tests/Exporting`.
    static let exporting = products.appending(path: "exporting").path(percentEncoded: false)

    /// The generator of sockets, `Tests/Traffic`.
    static let traffic = products.appending(path: "traffic").path(percentEncoded: false)

    /// What makes another process call the kernel, `Tests/Calling`.
    static let calling = products.appending(path: "calling").path(percentEncoded: false)

    /// A real OpenTelemetry Collector, if there is one: `$OTELCOL`, or `otelcol` on the PATH.
    static let collector: String? = {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["OTELCOL"], !path.isEmpty { return path }
        return environment["PATH", default: ""].split(separator: ":").map { "\($0)/otelcol" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Whether tests that need a Collector can run; in CI they must, and fail without a Collector.
    static var canTestCollector: Bool {
        isRoot && (collector != nil || ProcessInfo.processInfo.environment["CI"] != nil)
    }

    /// A program that `Tests/IntegrationTests/fetch-backends` has fetched: `victoria-metrics`, `prometheus`,
    /// `promtool`.
    static func backend(_ name: String) -> String? { built("backends/\(name)") }

    /// The Python with the official SDK, which `Tests/OTLPTests/prepare-venv.sh` sets up.
    static let python = built("venv/bin/python")

    /// Whether tests that need Python can run; in CI they must, and fail without Python.
    static var canTestSDK: Bool {
        isRoot && (python != nil || ProcessInfo.processInfo.environment["CI"] != nil)
    }

    /// A program in the build folder, which is a parent of the products' folder at some level.
    private static func built(_ path: String) -> String? {
        sequence(first: products) { $0.path.count > 1 ? $0.deletingLastPathComponent() : nil }
            .map { $0.appending(path: path).path(percentEncoded: false) }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Whether tests that need `backend(_:)` can run; in CI they must, and fail without the backends.
    static var canTestBackends: Bool {
        isRoot && (backend("victoria-metrics") != nil || ProcessInfo.processInfo.environment["CI"] != nil)
    }

    /// The folder with a container engine that `Tests/IntegrationTests/fetch-containers` has fetched.
    static let containers = built("containers/root/usr/bin/podman").map {
        String($0.dropLast("/usr/bin/podman".count))
    }

    /// Whether tests that need `containers` can run; in CI they must, and fail without them.
    static var canTestContainers: Bool {
        isRoot && (containers != nil || ProcessInfo.processInfo.environment["CI"] != nil)
    }

    /// Whether BPF programs can be loaded.
    static var isRoot: Bool { geteuid() == 0 }
}
