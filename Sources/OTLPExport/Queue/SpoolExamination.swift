internal import Glibc
internal import System

/// What a spool is like, found out without changing it, so that an agent that has it is not disturbed.
package struct SpoolExamination: Hashable, Sendable {
    /// Whether the directory was there already.
    package let isMade: Bool
    /// How many requests wait in it.
    package let requestCount: Int
    /// How many bytes this user could still write there; nil where that is not known.
    package let room: Int?

    /// A file without a name, which goes with its descriptor (`O_TMPFILE`, a macro that Swift does not see).
    private static let unnamed = 0o20_000_000 | O_DIRECTORY

    /// Looks at the spool at `path`, by the same rules as who uses it, and writes a block there that does not stay.
    ///
    /// A directory that is not there is made and removed again.
    ///
    /// - Throws: ``SpoolError`` when it can't be meant, another process has it, or the disk does not do what it is to do.
    package init(_ path: String) throws(SpoolError) {
        var status = stat()
        isMade = unsafe stat(path, &status) == 0
        let directory = try SpoolDirectory.directory(path)
        if !isMade {
            // The agent's own start may come in between; what is not empty any more stays.
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
        do throws(FileDescriptor.Failure) {
            let file = try FileDescriptor(".", in: directory, O_WRONLY | unnamed)
            try file.write([UInt8](repeating: 0, count: 4096))
            try file.synchronize()
        } catch {
            // Not all file systems have files without names; then the first request shows it.
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
