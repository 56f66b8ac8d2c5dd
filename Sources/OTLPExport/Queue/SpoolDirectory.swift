internal import Glibc
internal import System

/// The files of a spool: one file for each request, either complete or absent.
///
/// A request is written under another name, synced and renamed, and then the directory is synced. When ``store(_:)``
/// returns, the request survives the end of the process and a loss of power. A removal survives the end of the process;
/// after a loss of power the file may exist again, and its request is sent twice.
///
/// File names are numbers in the order of the requests. All calls block; use it from one thread at a time.
final class SpoolDirectory {
    /// The contents of the directory.
    struct Inventory: Equatable {
        /// The requests, oldest first.
        var requests: [QueuedRequest] = []
        /// Incomplete segments and those with a damaged header; they were deleted.
        var discarded: [UInt64] = []
        /// Files that a process was writing when it ended; they were deleted, and nobody relied on them.
        var unfinishedCount = 0
        /// Segments of a later version of tcplens, and those that can't be read; they are left alone.
        var foreignCount = 0
    }

    /// The block size of file systems: the least space that a file takes.
    static let blockSize = 4096
    private static let suffix = ".otlp"
    private static let unfinishedSuffix = ".part"
    private static let digits = 18
    /// Larger numbers are not ours, so the next number can't overflow.
    private static let firstForeign: UInt64 = 100_000_000_000_000_000

    /// The path of the directory.
    let path: String
    private let directory: FileDescriptor
    private let lock: SpoolLock
    /// The number of the next request.
    private(set) var nextNumber: UInt64

    /// Opens the spool at `path` and takes its lock; creates the directory if it does not exist.
    ///
    /// - Parameters:
    ///   - path: The path of the directory.
    ///   - firstNumber: The smallest number for a new request.
    /// - Throws: ``SpoolError``.
    init(_ path: String, firstNumber: UInt64 = 1) throws(SpoolError) {
        self.path = path
        nextNumber = firstNumber
        directory = try Self.directory(path)
        try Self.check(directory, path)
        lock = try SpoolLock(in: directory, path: path)
    }

    /// Whether somebody has deleted the directory, so that nothing can be stored in it.
    var isDeleted: Bool { (try? directory.status())?.st_nlink == 0 }

    /// The number of bytes that a request with a body of `size` bytes counts against the limit of the spool.
    static func size(ofBody size: Int) -> Int {
        (SpoolSegment.headerSize + size + blockSize - 1) / blockSize * blockSize
    }

    /// Opens the directory at `path`.
    ///
    /// If it does not exist, it is created with access for this user only.
    static func directory(_ path: String) throws(SpoolError) -> FileDescriptor {
        let isMade = unsafe mkdir(path, 0o700) == 0
        let reason = errno
        do throws(FileDescriptor.SystemCallError) {
            let directory = try FileDescriptor(directory: path)
            if isMade {
                // The directory itself must survive a loss of power. Without permission to open its parent, do without
                // that.
                let parent = try? FileDescriptor("..", in: directory, O_RDONLY | O_DIRECTORY)
                try? parent?.synchronize()
            }
            return directory
        } catch {
            // The reason why it could not be created says more than that it does not exist.
            throw .opening(path, code: error.code == ENOENT ? reason : error.code)
        }
    }

    /// Checks that only this user can write to the directory.
    static func check(_ directory: borrowing FileDescriptor, _ path: String) throws(SpoolError) {
        let status = try? directory.status()
        guard let status, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw SpoolError(
                .misconfigured,
                "cannot use the spool \(path.printable()): others may write there. "
                    + "Name a directory inside it that does not exist yet: it is created for this user only"
            )
        }
    }
}

// MARK: - Segments

extension SpoolDirectory {
    /// Lists what earlier processes have left, and deletes what is of no use.
    ///
    /// - Throws: ``SpoolError`` if the directory can't be read.
    func inventory() throws(SpoolError) -> Inventory {
        var inventory = Inventory()
        var numbers: [UInt64] = []
        for name in try names() {
            if let number = Self.number(name, suffix: Self.suffix) {
                numbers.append(number)
            } else if Self.number(name, suffix: Self.unfinishedSuffix) != nil {
                inventory.unfinishedCount += 1
                try? directory.remove(name)
            }
        }
        numbers.sort()
        nextNumber = max(nextNumber, (numbers.last ?? 0) + 1)
        for number in numbers {
            do throws(FileDescriptor.SystemCallError) {
                let file = try FileDescriptor(Self.name(number, Self.suffix), in: directory, O_RDONLY)
                let (bytes, size) = (try file.read(SpoolSegment.headerSize), try file.size())
                inventory.add(number, SpoolSegment.header(bytes, fileSize: size))
            } catch {
                inventory.foreignCount += 1
            }
        }
        for number in inventory.discarded {
            try? directory.remove(Self.name(number, Self.suffix))
        }
        return inventory
    }

    /// Stores `request` as the newest.
    ///
    /// - Returns: Its number.
    /// - Throws: ``SpoolError`` if that fails; then nothing of it is left.
    func store(_ request: EncodedRequest) throws(SpoolError) -> UInt64 {
        let number = nextNumber
        do throws(FileDescriptor.SystemCallError) {
            try write(request, as: number)
        } catch {
            // A file that may not survive a loss of power does not count as stored either.
            try? directory.remove(Self.name(number, Self.suffix))
            throw failure("keep a request in", error)
        }
        nextNumber += 1
        return number
    }

    /// Atomically replaces segment `number` with `request`.
    ///
    /// - Throws: ``SpoolError`` if that fails; then the old segment is unchanged.
    func replace(_ number: UInt64, with request: EncodedRequest) throws(SpoolError) {
        do throws(FileDescriptor.SystemCallError) {
            try write(request, as: number)
        } catch {
            throw failure("change a request in", error)
        }
    }

    /// Reads segment `number`; deletes it if it is damaged.
    ///
    /// - Throws: ``SpoolError``.
    func load(_ number: UInt64) throws(SpoolError) -> EncodedRequest {
        let name = Self.name(number, Self.suffix)
        let bytes: [UInt8]
        do throws(FileDescriptor.SystemCallError) {
            let file = try FileDescriptor(name, in: directory, O_RDONLY)
            bytes = try file.read(min(try file.size(), SpoolSegment.largestSize + 1))
        } catch {
            throw failure("read a request from", error)
        }
        do throws(SpoolSegment.Damage) {
            return try SpoolSegment.decode(bytes)
        } catch {
            try? directory.remove(name)
            throw SpoolError(.failed, "a request in the spool \(path.printable()) is damaged: \(error)")
        }
    }

    /// Deletes segment `number`, if it exists.
    ///
    /// - Throws: ``SpoolError`` if it can't be deleted.
    func remove(_ number: UInt64) throws(SpoolError) {
        do throws(FileDescriptor.SystemCallError) {
            try directory.remove(Self.name(number, Self.suffix))
        } catch {
            guard error.code == ENOENT else { throw failure("remove a request from", error) }
        }
    }

    private func write(_ request: EncodedRequest, as number: UInt64) throws(FileDescriptor.SystemCallError) {
        let unfinished = Self.name(number, Self.unfinishedSuffix)
        do throws(FileDescriptor.SystemCallError) {
            let file = try FileDescriptor(unfinished, in: directory, O_WRONLY | O_CREAT | O_TRUNC)
            try file.write(SpoolSegment.encode(request))
            try file.synchronize()
            try directory.rename(unfinished, to: Self.name(number, Self.suffix))
        } catch {
            // An incomplete file is useless, and takes space on a disk that may be full.
            try? directory.remove(unfinished)
            throw error
        }
        try directory.synchronize()
    }

    private func names() throws(SpoolError) -> [String] {
        do throws(FileDescriptor.SystemCallError) {
            return try directory.names()
        } catch {
            throw failure("read", error)
        }
    }

    private func failure(_ operation: String, _ failure: FileDescriptor.SystemCallError) -> SpoolError {
        SpoolError("\(operation) the spool", path, code: failure.code)
    }

    private static func name(_ number: UInt64, _ suffix: String) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(digits - text.count, 0)) + text + suffix
    }

    /// Whether a file with this name is a segment.
    static func isSegment(_ name: String) -> Bool { number(name, suffix: suffix) != nil }

    private static func number(_ name: String, suffix: String) -> UInt64? {
        let text = name.dropLast(suffix.count)
        // UInt64 would also accept a sign.
        guard name.hasSuffix(suffix), text.utf8.count == digits, text.allSatisfy({ $0.isASCII && $0.isNumber }),
            let number = UInt64(text), number < firstForeign
        else { return nil }
        return number
    }
}

extension SpoolDirectory.Inventory {
    /// Adds segment `number` with this `header`.
    fileprivate mutating func add(_ number: UInt64, _ header: Result<SpoolSegment.Header, SpoolSegment.Damage>) {
        switch header {
        case .success(let header):
            let size = SpoolDirectory.size(ofBody: header.bodySize)
            requests.append(QueuedRequest(pointCount: header.pointCount, size: size, place: .spool(number)))
        case .failure(.newerVersion):
            foreignCount += 1
        case .failure:
            discarded.append(number)
        }
    }
}
