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
    private let lock: CInt

    /// The directory of this version of the layout.
    ///
    /// Other versions don't touch it.
    private static let version = "v1"
    /// How long to wait for an agent that is about to end, in tenths of a second.
    private static let patience = 30

    private init(_ path: String, _ lock: CInt) {
        (self.path, self.lock) = (path, lock)
    }

    deinit {
        close(lock)
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
        let directory = try open(path, patience: patience)
        guard unsafe mkdir(directory.generations, 0o700) == 0 || errno == EEXIST else {
            throw PinError("make", directory.generations, errno)
        }
        return directory
    }

    /// Takes the directory at `path` for this process.
    ///
    /// - Returns: The directory; nil if nothing is at the path.
    /// - Throws: ``PinError`` if it is not in a BPF file system, others could change it, or another process has it.
    package static func claimExisting(_ path: String) throws(PinError) -> PinDirectory? {
        let path = plain(path)
        guard unsafe access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        guard Pin.isPossible(at: path) else {
            throw PinError("\(path) is not in a BPF file system, so nothing is pinned there")
        }
        return try open(path, patience: 10)
    }

    /// A path without slashes at its end.
    private static func plain(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static func open(_ path: String, patience: Int) throws(PinError) -> PinDirectory {
        let lock = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard lock >= 0 else { throw PinError("open", path, errno) }
        let directory = PinDirectory(path, lock)
        try directory.expectOwn()
        try directory.takeLock(patience)
        // It may have been removed while another process had it.
        var (locked, present) = (stat(), stat())
        guard unsafe fstat(lock, &locked) == 0, unsafe lstat(path, &present) == 0, locked.st_ino == present.st_ino
        else {
            throw PinError("\(path) was removed by another process just now; try again")
        }
        return directory
    }

    /// Whoever can change what is in the directory can have the agent adopt programs of its own.
    private func expectOwn() throws(PinError) {
        var status = stat()
        guard unsafe fstat(lock, &status) == 0 else { throw PinError("look at", path, errno) }
        guard status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw PinError(
                "others than user \(geteuid()) can change \(path), and with it what the agent adopts; make it its own: "
                    + "chown \(geteuid()) \(path) && chmod 700 \(path)"
            )
        }
    }

    private func takeLock(_ patience: Int) throws(PinError) {
        for attempt in 0...patience {
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { return }
            guard errno == EWOULDBLOCK else { throw PinError("lock", path, errno) }
            if attempt < patience { usleep(100_000) }
        }
        throw PinError(
            "another agent has \(path), and two can't count in the same place; stop it, or pin elsewhere"
        )
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
        try removeTree(directory(of: generation))
    }

    /// Removes everything, and the directory itself, unless others have something there.
    ///
    /// - Returns: How many programs and maps were pinned.
    /// - Throws: ``PinError`` when the kernel refuses.
    package func removeAll() throws(PinError) -> Int {
        let count = try removeTree(generations)
        _ = unsafe rmdir(path)
        return count
    }

    /// How many programs, links and maps are pinned.
    ///
    /// - Throws: ``PinError`` when the directory can't be read.
    package func count() throws(PinError) -> Int {
        try count(in: generations)
    }

    private func count(in path: String) throws(PinError) -> Int {
        var count = 0
        for name in try names(path) {
            var status = stat()
            guard unsafe lstat("\(path)/\(name)", &status) == 0 else { continue }
            count += status.st_mode & S_IFMT == S_IFDIR ? try self.count(in: "\(path)/\(name)") : 1
        }
        return count
    }

    @discardableResult private func removeTree(_ path: String) throws(PinError) -> Int {
        var count = 0
        for name in try names(path) {
            let entry = "\(path)/\(name)"
            var status = stat()
            guard unsafe lstat(entry, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                count += try removeTree(entry)
            } else {
                guard unsafe unlink(entry) == 0 || errno == ENOENT else { throw PinError("remove", entry, errno) }
                count += 1
            }
        }
        guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw PinError("remove", path, errno) }
        return count
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

    /// Creates an error.
    init(_ description: String) {
        self.description = description
    }

    /// Creates an error of a system call.
    init(_ operation: String, _ path: String, _ code: CInt) {
        description = SystemError(operation: "\(operation) \(path)", code: code).description
    }
}
