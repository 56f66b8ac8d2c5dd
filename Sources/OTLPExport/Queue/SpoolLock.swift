internal import Glibc
internal import System

/// The lock that lets one process at a time use a spool.
///
/// The kernel releases it when the process ends, however that happens. The file stays; its contents are for people.
struct SpoolLock: ~Copyable {
    /// The name of the file in the spool.
    static let name = "lock"

    private let file: FileDescriptor

    /// Locks the spool `directory`, whose path is `path`.
    ///
    /// - Throws: ``SpoolError``, which names the process that holds the lock, if known.
    init(in directory: borrowing FileDescriptor, path: String) throws(SpoolError) {
        file = try Self.lock(try Self.open(directory, path), path)
        // The process id is only for people; the lock works without it.
        _ = ftruncate(file.number, 0)
        try? file.write(Array("\(getpid())\n".utf8))
    }

    deinit {
        // Closing the file is not enough: a child that was just forked keeps it open until its exec.
        flock(file.number, LOCK_UN)
    }

    /// Checks that nobody holds the lock, without keeping it.
    ///
    /// - Throws: ``SpoolError``, which names the process that holds the lock, if known.
    static func expectFree(in directory: borrowing FileDescriptor, path: String) throws(SpoolError) {
        let file: FileDescriptor
        do throws(FileDescriptor.SystemCallError) {
            file = try FileDescriptor(name, in: directory, O_RDWR)
        } catch {
            // Without the file there is no lock.
            guard error.code != ENOENT else { return }
            throw .opening(path, code: error.code)
        }
        let locked = try lock(file, path)
        flock(locked.number, LOCK_UN)
    }

    private static func open(_ directory: borrowing FileDescriptor, _ path: String) throws(SpoolError) -> FileDescriptor
    {
        do throws(FileDescriptor.SystemCallError) {
            return try FileDescriptor(name, in: directory, O_RDWR | O_CREAT)
        } catch {
            throw .opening(path, code: error.code)
        }
    }

    private static func lock(_ file: consuming FileDescriptor, _ path: String) throws(SpoolError) -> FileDescriptor {
        let number = file.number
        do throws(FileDescriptor.SystemCallError) {
            _ = try FileDescriptor.check { flock(number, LOCK_EX | LOCK_NB) }
            return file
        } catch {
            guard error.code == EWOULDBLOCK else { throw SpoolError("lock the spool", path, code: error.code) }
            throw SpoolError(
                .locked,
                "cannot use the spool \(path.printable()): \(owner(file)) uses it. "
                    + "Stop that process, or give each agent its own directory"
            )
        }
    }

    private static func owner(_ file: borrowing FileDescriptor) -> String {
        let text = (try? file.read(20)).map { String(decoding: $0, as: UTF8.self).trimmed } ?? ""
        return Int(text).map { "process \($0)" } ?? "another process"
    }
}
