internal import Glibc
internal import System

/// The lock by which one process at a time has a spool.
///
/// It is the kernel's, so it ends with the process, however that ends. The file stays; what is in it is for people.
struct SpoolLock: ~Copyable {
    /// The name of its file in the spool.
    static let name = "lock"

    private let file: FileDescriptor

    /// Takes the lock of the spool `directory`, which is at `path`.
    ///
    /// - Throws: ``SpoolError``, with the process that has it if that is known.
    init(in directory: borrowing FileDescriptor, path: String) throws(SpoolError) {
        file = try Self.lock(try Self.open(directory, path), path)
        // Nobody needs what is written here; the lock holds without it.
        _ = ftruncate(file.number, 0)
        try? file.write(Array("\(getpid())\n".utf8))
    }

    deinit {
        // To close the file is not enough: a child that was forked a moment ago has it open until its exec.
        flock(file.number, LOCK_UN)
    }

    /// Expects that nobody has the lock, and leaves it.
    ///
    /// - Throws: ``SpoolError``, with the process that has it if that is known.
    static func expectFree(in directory: borrowing FileDescriptor, path: String) throws(SpoolError) {
        let file: FileDescriptor
        do throws(FileDescriptor.Failure) {
            file = try FileDescriptor(name, in: directory, O_RDWR)
        } catch {
            // Without a file there is no lock.
            guard error.code != ENOENT else { return }
            throw .opening(path, code: error.code)
        }
        let locked = try lock(file, path)
        flock(locked.number, LOCK_UN)
    }

    private static func open(_ directory: borrowing FileDescriptor, _ path: String) throws(SpoolError) -> FileDescriptor
    {
        do throws(FileDescriptor.Failure) {
            return try FileDescriptor(name, in: directory, O_RDWR | O_CREAT)
        } catch {
            throw .opening(path, code: error.code)
        }
    }

    private static func lock(_ file: consuming FileDescriptor, _ path: String) throws(SpoolError) -> FileDescriptor {
        let number = file.number
        do throws(FileDescriptor.Failure) {
            _ = try FileDescriptor.check { flock(number, LOCK_EX | LOCK_NB) }
            return file
        } catch {
            guard error.code == EWOULDBLOCK else { throw SpoolError("lock the spool", path, code: error.code) }
            throw SpoolError(
                .locked,
                "cannot use the spool \(path.printable()): \(owner(file)) has it. "
                    + "Stop that one, or give each agent a directory of its own"
            )
        }
    }

    private static func owner(_ file: borrowing FileDescriptor) -> String {
        let text = (try? file.read(20)).map { String(decoding: $0, as: UTF8.self).trimmed } ?? ""
        return Int(text).map { "process \($0)" } ?? "another process"
    }
}
