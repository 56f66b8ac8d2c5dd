internal import BPF
internal import Glibc
internal import System

/// A directory in a BPF file system where the agent's programs, maps and links are pinned, so that they count on when
/// it ends.
///
/// Only one process has it at a time. In `v1` there is a directory for each generation of programs, named by its
/// number, and the map that says which one counts.
package final class PinDirectory: Sendable {
    /// Its path.
    package let path: String
    /// The open directory, which is locked as long as this.
    private let lock: FileDescriptor

    /// The directory of this version of the layout.
    ///
    /// Other versions don't touch it.
    private static let version = "v1"
    /// How long to wait for an agent that is about to end, in tenths of a second.
    private static let patience = 30

    private init(_ path: String, _ lock: consuming FileDescriptor) {
        self.path = path
        self.lock = lock
    }

    /// Takes the directory at `path` for this process, and makes it if needed.
    ///
    /// - Throws: ``PinError`` if it is not in a BPF file system, others could change it, or another process has it.
    package static func claim(_ path: String) throws(PinError) -> PinDirectory {
        let path = plain(path)
        let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        guard Pin.isPossible(at: path) || Pin.isPossible(at: parent) else {
            throw PinError(
                "\(path) is not in a BPF file system, so nothing can be pinned there. There should be one at "
                    + "/sys/fs/bpf; if not: mount -t bpf bpf /sys/fs/bpf"
            )
        }
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw PinError("make", path, errno) }
        let directory = try open(path)
        try directory.expectOwn()
        try directory.takeLock(patience)
        guard unsafe mkdir(directory.generations, 0o700) == 0 || errno == EEXIST else {
            throw PinError("make", directory.generations, errno)
        }
        return directory
    }

    /// What ``claim(_:)`` would find, without leaving anything behind.
    ///
    /// - Returns: How many programs, links and maps are pinned; nil if there is no directory, and one can be made.
    /// - Throws: ``PinError`` if a claim would fail.
    package static func examine(_ path: String) throws(PinError) -> Int? {
        let isThere = unsafe access(path, F_OK) == 0
        let directory = try claim(path)
        defer {
            // What is not empty stays.
            _ = unsafe rmdir(directory.generations)
            if !isThere { _ = unsafe rmdir(directory.path) }
        }
        _ = try directory.numbers()
        return isThere ? try directory.count() : nil
    }

    /// Takes the directory at `path` for this process, to remove it.
    ///
    /// It may belong to another user, since nothing of it is adopted.
    ///
    /// - Returns: The directory; nil if nothing is at the path.
    /// - Throws: ``PinError`` if it is not in a BPF file system, or another process has it.
    package static func claimExisting(_ path: String) throws(PinError) -> PinDirectory? {
        let path = plain(path)
        guard unsafe access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        let directory = try open(path)
        guard Pin.isPossible(at: "/proc/self/fd/\(directory.lock.number)") else {
            throw PinError("\(path) is not in a BPF file system, so nothing is pinned there")
        }
        try directory.takeLock(10)
        return directory
    }

    /// A path without slashes at its end.
    private static func plain(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static func open(_ path: String) throws(PinError) -> PinDirectory {
        PinDirectory(path, try descriptor(path))
    }

    /// Opens a directory, but not through a link.
    private static func descriptor(_ path: String) throws(PinError) -> FileDescriptor {
        do throws(FileDescriptor.SystemCallError) {
            let start = try FileDescriptor(directory: path.hasPrefix("/") ? "/" : ".")
            return try FileDescriptor(path, in: start, O_RDONLY | O_DIRECTORY)
        } catch {
            throw PinError("open", path, error.code)
        }
    }

    /// Whoever can change what is in the directory can have the agent adopt programs of its own.
    private func expectOwn() throws(PinError) {
        let status = try status()
        guard status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw PinError(
                "others than user \(geteuid()) can change \(path), and with it what the agent adopts; make it its own: "
                    + "chown \(geteuid()) \(path) && chmod 700 \(path)"
            )
        }
    }

    private func status() throws(PinError) -> stat {
        do throws(FileDescriptor.SystemCallError) {
            return try lock.status()
        } catch {
            throw PinError("look at", path, error.code)
        }
    }

    private func takeLock(_ patience: Int) throws(PinError) {
        for attempt in 0...patience {
            if flock(lock.number, LOCK_EX | LOCK_NB) == 0 { return try expectPresent() }
            guard errno == EWOULDBLOCK else { throw PinError("lock", path, errno) }
            if attempt < patience { usleep(100_000) }
        }
        throw PinError(
            "another agent has \(path), and two can't count in the same place; stop it, or pin elsewhere"
        )
    }

    /// It may have been removed while another process had it.
    private func expectPresent() throws(PinError) {
        var present = stat()
        guard unsafe lstat(path, &present) == 0, try status().st_ino == present.st_ino else {
            throw PinError("\(path) was removed by another process just now; try again")
        }
    }

    private var generations: String { "\(path)/\(Self.version)" }

    /// Where the map is pinned that says which generation counts.
    var shared: String { generations }

    /// The directory of a generation.
    func directory(of generation: UInt64) -> String { "\(generations)/\(generation)" }

    /// The numbers of the generations that are there, the oldest first.
    ///
    /// - Throws: ``PinError`` when the directory can't be read.
    func numbers() throws(PinError) -> [UInt64] {
        try names(generations).compactMap { UInt64($0) }.sorted()
    }

    /// Makes the directory of a generation.
    ///
    /// - Throws: ``PinError`` when the kernel refuses.
    func make(_ generation: UInt64) throws(PinError) {
        let directory = directory(of: generation)
        guard unsafe mkdir(directory, 0o700) == 0 else { throw PinError("make", directory, errno) }
    }

    /// Removes a generation: what nobody else holds then ends.
    ///
    /// - Throws: ``PinError`` when the kernel refuses.
    func remove(_ generation: UInt64) throws(PinError) {
        // The broker, which calls this, does not have the lock's descriptor.
        _ = try PinTree.remove.files(
            "\(Self.version)/\(generation)",
            in: Self.descriptor(path),
            path: directory(of: generation)
        )
    }

    /// Removes everything, and the directory itself, unless others have something there.
    ///
    /// - Returns: How many programs and maps were pinned.
    /// - Throws: ``PinError`` when the kernel refuses.
    package func removeAll() throws(PinError) -> Int {
        // Below the directory that is locked, whatever the path leads to by now.
        let count = try PinTree.remove.files(Self.version, in: lock, path: generations)
        _ = unsafe rmdir(path)
        return count
    }

    /// How many programs, links and maps are pinned.
    ///
    /// - Throws: ``PinError`` when the directory can't be read.
    package func count() throws(PinError) -> Int {
        try PinTree.count.files(Self.version, in: lock, path: generations)
    }

    private func names(_ path: String) throws(PinError) -> [String] {
        do throws(FileDescriptor.SystemCallError) {
            return try FileDescriptor(directory: path).names()
        } catch {
            guard error.code != ENOENT else { return [] }
            throw PinError("read", path, error.code)
        }
    }
}

/// Why nothing can be pinned.
package struct PinError: Error, CustomStringConvertible, Sendable {
    /// One line: what failed, why, and what to do.
    package let description: String
    /// The system call that failed, if that is the reason.
    let cause: SystemError?

    /// Creates an error.
    init(_ description: String) {
        (self.description, cause) = (description, nil)
    }

    /// Creates an error of a system call.
    init(_ operation: String, _ path: String, _ code: CInt) {
        let cause = SystemError(operation: "\(operation) \(path)", code: code)
        (description, self.cause) = (cause.description, cause)
    }
}

extension BPFError {
    /// What a directory refused, for those who load programs.
    init(_ error: PinError) {
        self.init(operation: error.cause?.operation ?? error.description, code: error.cause?.code ?? EIO)
    }
}
