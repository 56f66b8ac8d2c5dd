import Foundation

/// A temporary folder, which is removed with this object.
final class Folder {
    /// Its path.
    let path = NSTemporaryDirectory() + "tcplens-workloads-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes a directory with those above.
    func make(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }

    /// Makes an empty file.
    func write(_ name: String) throws {
        try Data().write(to: URL(filePath: "\(path)/\(name)"))
    }

    /// Makes a link that leads nowhere.
    func link(_ name: String) throws {
        guard unsafe symlink("nowhere", "\(path)/\(name)") == 0 else { throw POSIXError(.EIO) }
    }

    /// Removes a link that was made by ``link(_:)``, faster than the folder does it at the end.
    func unlink(_ name: String) {
        _ = unsafe Glibc.unlink("\(path)/\(name)")
    }

    /// Removes a file, or a directory with everything in it.
    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
}
