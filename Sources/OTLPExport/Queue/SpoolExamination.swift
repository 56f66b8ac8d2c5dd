internal import Glibc
internal import System

/// The state of a spool, examined without changing it or disturbing an agent that uses it.
package struct SpoolExamination: Hashable, Sendable {
    /// Whether the directory existed before.
    package let isMade: Bool
    /// The number of requests in it.
    package let requestCount: Int
    /// The number of bytes that this user could still write there; nil if unknown.
    package let room: Int?

    /// `O_TMPFILE`, a macro that Swift can't import: a file without a name, deleted when its descriptor is closed.
    private static let unnamed = 0o20_000_000 | O_DIRECTORY

    /// Examines the spool at `path` by the same rules as the queue, and writes a temporary block to it.
    ///
    /// A directory that does not exist is created and removed again.
    ///
    /// - Throws: ``SpoolError`` if it is not usable, another process uses it, or the disk fails.
    package init(_ path: String) throws(SpoolError) {
        var status = stat()
        isMade = unsafe stat(path, &status) == 0
        let directory = try SpoolDirectory.directory(path)
        if !isMade {
            // An agent may start in between; a directory that is not empty stays.
            defer { _ = unsafe rmdir(path) }
            (requestCount, room) = try Self.examine(directory, path)
        } else {
            (requestCount, room) = try Self.examine(directory, path)
        }
    }

    private static func examine(
        _ directory: borrowing FileDescriptor,
        _ path: String
    ) throws(SpoolError) -> (requestCount: Int, room: Int?) {
        try SpoolDirectory.check(directory, path)
        try SpoolLock.expectFree(in: directory, path: path)
        try write(into: directory, path)
        let names = (try? directory.names()) ?? []
        return (names.count { SpoolDirectory.isSegment($0) }, room(in: directory))
    }

    private static func write(into directory: borrowing FileDescriptor, _ path: String) throws(SpoolError) {
        do throws(FileDescriptor.SystemCallError) {
            let file = try FileDescriptor(".", in: directory, O_WRONLY | unnamed)
            try file.write([UInt8](repeating: 0, count: 4096))
            try file.synchronize()
        } catch {
            // Some file systems do not support files without names; then only the first request shows the problem.
            guard error.code != EOPNOTSUPP, error.code != EISDIR, error.code != EINVAL else { return }
            throw .opening(path, code: error.code)
        }
    }

    private static func room(in directory: borrowing FileDescriptor) -> Int? {
        var status = statvfs()
        guard unsafe fstatvfs(directory.number, &status) == 0 else { return nil }
        let (bytes, isTooMuch) = UInt(status.f_bavail).multipliedReportingOverflow(by: UInt(status.f_frsize))
        return isTooMuch ? .max : Int(clamping: bytes)
    }
}
