import Foundation
import PackagePlugin

/// Compiles the OTLP schema under `proto/` to C with protoc-c.
@main
struct OTLPMessages: BuildToolPlugin {
    /// The schema's files without their suffix, listed because SwiftPM does not watch `proto/` for new ones.
    static let files = [
        "google/rpc/status",
        "opentelemetry/proto/collector/metrics/v1/metrics_service",
        "opentelemetry/proto/common/v1/common",
        "opentelemetry/proto/metrics/v1/metrics",
        "opentelemetry/proto/processcontext/v1development/process_context",
        "opentelemetry/proto/resource/v1/resource",
    ]

    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let compiler = try compiler()
        let schema = context.package.directoryURL.appending(path: "proto")
        // SwiftPM adds this directory to the header search path of the target and of its dependents.
        let output = context.pluginWorkDirectoryURL.appending(path: "include")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        return [
            .buildCommand(
                displayName: "Generating OTLP messages",
                executable: compiler,
                arguments: ["-I\(schema.plainPath)", "--c_out=\(output.plainPath)"] + Self.files.map { "\($0).proto" },
                inputFiles: Self.files.map { schema.appending(path: "\($0).proto") },
                outputFiles: Self.files.flatMap { file in
                    ["c", "h"].map { output.appending(path: "\(file).pb-c.\($0)") }
                }
            )
        ]
    }

    /// The protoc-c of the PATH; `context.tool(named:)` knows only the toolchain's tools.
    private func compiler() throws -> URL {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        let candidates = path.split(separator: ":").map { URL(filePath: String($0)).appending(path: "protoc-c") }
        let compiler = candidates.first { FileManager.default.isExecutableFile(atPath: $0.plainPath) }
        guard let compiler else {
            throw MissingCompiler()
        }
        return compiler
    }
}

private struct MissingCompiler: Error, CustomStringConvertible {
    let description = "protoc-c is not on the PATH; install the package protobuf-c-compiler"
}

extension URL {
    /// The path as the system takes it; `path()` has spaces as `%20`.
    fileprivate var plainPath: String { path(percentEncoded: false) }
}
