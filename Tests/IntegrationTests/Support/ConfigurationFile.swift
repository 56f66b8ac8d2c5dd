import Foundation

/// A temporary configuration file, removed with this object.
final class ConfigurationFile {
    private let directory: URL

    /// Its path.
    let path: String

    /// Creates a file with `text` in it.
    init(_ text: String) throws {
        directory = URL(filePath: NSTemporaryDirectory()).appending(path: "tcplens-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appending(path: "tcplens.yaml").path(percentEncoded: false)
        try write(text)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    /// Replaces its content with `text`.
    func write(_ text: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
