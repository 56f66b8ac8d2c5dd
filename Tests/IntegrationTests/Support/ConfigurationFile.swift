import Foundation

/// A configuration file of a test's own, removed with this value.
final class ConfigurationFile {
    private let directory: URL

    /// Where it is.
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

    /// Puts `text` in place of what is in it.
    func write(_ text: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
