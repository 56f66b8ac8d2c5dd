import Foundation

/// The official descriptors, in the Python environment that `prepare-venv.sh` sets up.
enum Official {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    private static let root = tests.deletingLastPathComponent().deletingLastPathComponent()
    private static let python = root.appending(path: ".build/venv/bin/python")

    /// Whether to run the tests that need Python: not if it is missing, unless it is required.
    static var isRequired: Bool {
        ProcessInfo.processInfo.environment["TCPLENS_ALLOW_SKIP"] != "1"
            || FileManager.default.isExecutableFile(atPath: python.plainPath)
    }

    /// The bytes of a sample, written by the official library.
    static func encode(_ sample: Sample) throws -> [UInt8] {
        try run("codec.py", "encode", "ExportMetricsServiceRequest", path(of: sample))
    }

    /// Checks that the official library reads a sample in `bytes`.
    static func check(_ bytes: [UInt8], are sample: Sample) throws {
        _ = try run("codec.py", "check", "ExportMetricsServiceRequest", path(of: sample), input: bytes)
    }

    /// Checks that the official library reads in `bytes` what `json` says.
    static func check(_ bytes: [UInt8], are message: String, _ json: String) throws {
        let file = try temporary(Data(json.utf8))
        defer { try? FileManager.default.removeItem(at: file) }
        _ = try run("codec.py", "check", message, file.plainPath, input: bytes)
    }

    /// The request in `bytes`, read and written by the official library.
    static func rewrite(_ bytes: [UInt8]) throws -> [UInt8] {
        try run("codec.py", "rewrite", "ExportMetricsServiceRequest", input: bytes)
    }

    /// The bytes of the request in the JSON `text`, read by the official library.
    static func parse(_ text: [UInt8]) throws -> [UInt8] {
        try run("codec.py", "parse", "ExportMetricsServiceRequest", input: text)
    }

    /// The JSON of the request in `bytes`, written by the official library.
    static func print(_ bytes: [UInt8]) throws -> [UInt8] {
        try run("codec.py", "print", "ExportMetricsServiceRequest", input: bytes)
    }

    /// Compares our schema with the official descriptors, and returns the number of fields compared.
    static func compareSchema() throws -> Int? {
        let schema = root.appending(path: "proto")
        let files = FileManager.default.enumerator(atPath: schema.plainPath)?.compactMap { $0 as? String } ?? []
        let set = try temporary(Data())
        defer { try? FileManager.default.removeItem(at: set) }
        _ = try run(
            URL(filePath: "/usr/bin/env"),
            ["protoc-c", "-I\(schema.plainPath)", "--descriptor_set_out=\(set.plainPath)"]
                + files.filter { $0.hasSuffix(".proto") }
        )
        let output = try run("schema.py", set.plainPath)
        return Int(String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func path(of sample: Sample) -> String {
        tests.appending(path: "wire/samples/\(sample.name).json").plainPath
    }

    private static func run(_ script: String, _ arguments: String..., input: [UInt8] = []) throws -> [UInt8] {
        guard FileManager.default.isExecutableFile(atPath: python.plainPath) else {
            throw Failure(description: "there is no \(python.plainPath); run Tests/OTLPTests/prepare-venv.sh")
        }
        return try run(python, [tests.appending(path: "wire/\(script)").plainPath] + arguments, input: input)
    }

    private static func run(_ program: URL, _ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
        // Files instead of pipes, so that neither side can block or kill the other.
        let files = try [Data(input), Data(), Data()].map(temporary)
        defer {
            for file in files {
                try? FileManager.default.removeItem(at: file)
            }
        }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: try String(decoding: Data(contentsOf: files[2]), as: UTF8.self))
        }
        return try Array(Data(contentsOf: files[1]))
    }

    private static func temporary(_ content: Data) throws -> URL {
        let file = FileManager.default.temporaryDirectory.appending(path: "tcplens-\(UUID())")
        try content.write(to: file)
        return file
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}

extension URL {
    /// The path for the system; `path()` has `%20` in place of spaces.
    fileprivate var plainPath: String { path(percentEncoded: false) }
}
