internal import Glibc
internal import System

/// The files of a spool, one for each request, each there as a whole or not at all.
///
/// A request is written under another name, brought to the disk, renamed, and then the directory is brought to the disk:
/// what ``store(_:)`` has returned for outlives the process and the machine's power. A removal outlives the process; after
/// a loss of power the file may be there again, and its request is sent twice.
///
/// The names are numbers in the order of the requests. All calls block; it is for one thread at a time.
final class SpoolDirectory {
    /// What was found in the directory.
    struct Inventory: Equatable {
        /// The requests, oldest first.
        var requests: [QueuedRequest] = []
        /// Segments whose end is missing or whose header is damaged; they are gone.
        var discarded: [UInt64] = []
        /// Files of a process that was ended while it wrote them; they are gone, and nobody relied on them.
        var unfinishedCount = 0
        /// Segments of a later version of tcplens, and what can't be read; they are left alone.
        var foreignCount = 0
    }

    /// The unit of disks: what a file takes at least.
    static let blockSize = 4096
    private static let suffix = ".otlp"
    private static let unfinishedSuffix = ".part"
    private static let digits = 18
    /// Numbers from here on are not ours, so that counting on can't overflow.
    private static let firstForeign: UInt64 = 100_000_000_000_000_000

    /// Where it is.
    let path: String
    private let directory: FileDescriptor
    private let lock: SpoolLock
    /// The number of the next request.
    private(set) var nextNumber: UInt64

    /// Opens the spool at `path`, makes it if it is not there, and takes its lock.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - firstNumber: No request gets a smaller number.
    /// - Throws: ``SpoolError``.
    init(_ path: String, firstNumber: UInt64 = 1) throws(SpoolError) {
        self.path = path
        nextNumber = firstNumber
        directory = try Self.directory(path)
        try Self.check(directory, path)
        lock = try SpoolLock(in: directory, path: path)
    }

    /// Whether somebody has deleted the directory, so that nothing can be brought there any more.
    var isDeleted: Bool { (try? directory.status())?.st_nlink == 0 }

    /// How much of the spool's bound a request takes with a body of `size` bytes.
    static func size(ofBody size: Int) -> Int {
        (SpoolSegment.headerSize + size + blockSize - 1) / blockSize * blockSize
    }

    /// Opens the directory at `path`; makes it, for this user alone, if it is not there.
    static func directory(_ path: String) throws(SpoolError) -> FileDescriptor {
        let isMade = unsafe mkdir(path, 0o700) == 0
        let reason = errno
        do throws(FileDescriptor.Failure) {
            let directory = try FileDescriptor(directory: path)
            if isMade {
                // It must outlive a loss of power itself; who may not open the one above it does without.
                let parent = try? FileDescriptor("..", in: directory, O_RDONLY | O_DIRECTORY)
                try? parent?.synchronize()
            }
            return directory
        } catch {
            // Why it could not be made says more than that it is not there.
            throw .opening(path, code: error.code == ENOENT ? reason : error.code)
        }
    }

    /// Expects that only this user can write to the directory.
    static func check(_ directory: borrowing FileDescriptor, _ path: String) throws(SpoolError) {
        let status = try? directory.status()
        guard let status, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw SpoolError(
                .misconfigured,
                "cannot use the spool \(path.printable()): others may write there. "
                    + "Name a directory inside it that does not exist yet: it is made for this user alone"
            )
        }
    }
}

// MARK: - Segments

extension SpoolDirectory {
    /// Looks at what earlier processes have left, and clears away what is of no use.
    ///
    /// - Throws: ``SpoolError`` when the directory can't be read.
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
            do throws(FileDescriptor.Failure) {
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

    /// Brings `request` to the disk, behind all others.
    ///
    /// - Returns: Its number.
    /// - Throws: ``SpoolError`` when it is not there; nothing of it is left then.
    func store(_ request: EncodedRequest) throws(SpoolError) -> UInt64 {
        let number = nextNumber
        do throws(FileDescriptor.Failure) {
            try write(request, as: number)
        } catch {
            // Also one that is there but may not outlive a loss of power is not stored.
            try? directory.remove(Self.name(number, Self.suffix))
            throw failure("keep a request in", error)
        }
        nextNumber += 1
        return number
    }

    /// Puts `request` in the place of segment `number`, all at once.
    ///
    /// - Throws: ``SpoolError`` when that is not done; the old one is there then.
    func replace(_ number: UInt64, with request: EncodedRequest) throws(SpoolError) {
        do throws(FileDescriptor.Failure) {
            try write(request, as: number)
        } catch {
            throw failure("change a request in", error)
        }
    }

    /// Reads segment `number` back; a damaged one is removed.
    ///
    /// - Throws: ``SpoolError``.
    func load(_ number: UInt64) throws(SpoolError) -> EncodedRequest {
        let name = Self.name(number, Self.suffix)
        let bytes: [UInt8]
        do throws(FileDescriptor.Failure) {
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

    /// Removes segment `number`; one that is not there counts as removed.
    ///
    /// - Throws: ``SpoolError`` when it stays.
    func remove(_ number: UInt64) throws(SpoolError) {
        do throws(FileDescriptor.Failure) {
            try directory.remove(Self.name(number, Self.suffix))
        } catch {
            guard error.code == ENOENT else { throw failure("remove a request from", error) }
        }
    }

    private func write(_ request: EncodedRequest, as number: UInt64) throws(FileDescriptor.Failure) {
        let unfinished = Self.name(number, Self.unfinishedSuffix)
        do throws(FileDescriptor.Failure) {
            let file = try FileDescriptor(unfinished, in: directory, O_WRONLY | O_CREAT | O_TRUNC)
            try file.write(SpoolSegment.encode(request))
            try file.synchronize()
            try directory.rename(unfinished, to: Self.name(number, Self.suffix))
        } catch {
            // Half a file is of no use, and takes room on a disk that may be full.
            try? directory.remove(unfinished)
            throw error
        }
        try directory.synchronize()
    }

    private func names() throws(SpoolError) -> [String] {
        do throws(FileDescriptor.Failure) {
            return try directory.names()
        } catch {
            throw failure("read", error)
        }
    }

    private func failure(_ operation: String, _ failure: FileDescriptor.Failure) -> SpoolError {
        SpoolError("\(operation) the spool", path, code: failure.code)
    }

    private static func name(_ number: UInt64, _ suffix: String) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(digits - text.count, 0)) + text + suffix
    }

    /// Whether a file of this name holds a request.
    static func isSegment(_ name: String) -> Bool { number(name, suffix: suffix) != nil }

    private static func number(_ name: String, suffix: String) -> UInt64? {
        let text = name.dropLast(suffix.count)
        // UInt64 would also take a sign.
        guard name.hasSuffix(suffix), text.utf8.count == digits, text.allSatisfy({ $0.isASCII && $0.isNumber }),
            let number = UInt64(text), number < firstForeign
        else { return nil }
        return number
    }
}

extension SpoolDirectory.Inventory {
    /// Takes segment `number` up, of which `header` tells.
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
