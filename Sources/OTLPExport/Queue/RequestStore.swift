internal import System

/// Keeps the bodies of waiting requests: in the spool as long as that works, otherwise in memory.
///
/// All calls block; use it from one thread at a time.
struct RequestStore {
    /// Warnings not yet reported; the caller takes them.
    private(set) var warnings: [String] = []

    private let path: String?
    private var directory: SpoolDirectory?
    /// The first number in a directory that replaces a deleted one.
    private var firstNumber: UInt64 = 1
    /// Whether the spool is open and its earlier contents are known.
    private(set) var isOpen = false
    /// Whether the user was warned that the spool does not work.
    private var isBroken = false
    /// Whether the user was warned that requests can't be removed from it.
    private var keepsAccepted = false

    /// Creates a store with a spool at `path`, or in memory only.
    ///
    /// A spool that does not work now, such as one on a read-only disk, is tried again with each request.
    ///
    /// - Parameters:
    ///   - path: The directory of the spool.
    ///   - isSuccessor: Whether another store of this process uses the spool now. Then it is opened with the first
    ///     request, and the other store must be closed by then.
    /// - Throws: ``SpoolError`` if the spool is not usable, or another process uses it.
    init(spool path: String?, isSuccessor: Bool = false) throws(SpoolError) {
        self.path = path
        guard let path, !isSuccessor else { return }
        do throws(SpoolError) {
            directory = try SpoolDirectory(path)
        } catch {
            guard error.kind == .failed else { throw error }
            noteBroken(error)
        }
    }

    /// Opens the spool, unless it is open already.
    ///
    /// - Returns: The requests that earlier processes have left, oldest first; only from the call that opened it.
    mutating func open() -> [QueuedRequest] {
        guard let path, !isOpen else { return [] }
        do throws(SpoolError) {
            let directory = try opened(path)
            let inventory = try directory.inventory()
            isOpen = true
            note(inventory, path: path)
            return inventory.requests
        } catch {
            noteBroken(error)
            return []
        }
    }

    /// Stores `request` in the spool.
    ///
    /// - Returns: Nil if there is no spool or it does not work; then there is a warning.
    mutating func spool(_ request: EncodedRequest) -> QueuedRequest? {
        guard isOpen, let directory else { return nil }
        do throws(SpoolError) {
            let number = try directory.store(request)
            if isBroken {
                isBroken = false
                warnings.append("the spool \(directory.path.printable()) works again")
            }
            return .spooled(request, number)
        } catch {
            noteBroken(error)
            if directory.isDeleted {
                // The next request creates a new one. Numbers of the old one must not be taken for requests in the new
                // one.
                (firstNumber, isOpen, self.directory) = (directory.nextNumber, false, nil)
            }
            return nil
        }
    }

    /// Loads the request `queued`.
    ///
    /// - Throws: ``SpoolError`` if it is lost.
    func load(_ queued: QueuedRequest) throws(SpoolError) -> EncodedRequest {
        switch queued.place {
        case .memory(let request):
            return request
        case .spool(let number):
            guard let directory else { throw SpoolError(.failed, "the spool is closed") }
            return try directory.load(number)
        }
    }

    /// Removes `queued`.
    mutating func remove(_ queued: QueuedRequest) {
        guard case .spool(let number) = queued.place else { return }
        do throws(SpoolError) {
            try directory?.remove(number)
            keepsAccepted = false
        } catch {
            guard !keepsAccepted else { return }
            keepsAccepted = true
            warnings.append("\(error). As long as that is so, what is accepted is sent once more after the next start")
        }
    }

    /// Replaces `queued`, of which a part has arrived, with `rest`.
    mutating func replace(_ queued: QueuedRequest, with rest: EncodedRequest) -> QueuedRequest {
        guard case .spool(let number) = queued.place, let directory else { return .inMemory(rest) }
        do throws(SpoolError) {
            try directory.replace(number, with: rest)
            return .spooled(rest, number)
        } catch {
            noteBroken(error)
            remove(queued)
            return .inMemory(rest)
        }
    }

    /// Releases the spool; its contents stay.
    mutating func close() {
        directory = nil
    }

    /// Returns the warnings since the last call.
    mutating func takeWarnings() -> [String] {
        defer { warnings = [] }
        return warnings
    }

    private mutating func opened(_ path: String) throws(SpoolError) -> SpoolDirectory {
        if let directory { return directory }
        let opened = try SpoolDirectory(path, firstNumber: firstNumber)
        directory = opened
        return opened
    }

    private mutating func noteBroken(_ error: SpoolError) {
        guard !isBroken else { return }
        isBroken = true
        warnings.append("\(error). Requests wait in memory until it works, and are lost when the process ends")
    }

    private mutating func note(_ inventory: SpoolDirectory.Inventory, path: String) {
        let path = path.printable()
        let points = inventory.requests.pointCount
        let notes: KeyValuePairs = [
            inventory.requests.count:
                "requests with \(points) data points from an earlier process; they are sent first",
            inventory.discarded.count: "damaged requests, incomplete or with a wrong header: discarded",
            inventory.unfinishedCount: "requests that a process was writing when it ended: discarded",
            inventory.foreignCount: "requests that can't be read or were written by a later version: left alone",
        ]
        for (count, note) in notes where count > 0 {
            warnings.append("the spool \(path) has \(count) \(note)")
        }
    }
}

extension QueuedRequest {
    /// A request in memory.
    static func inMemory(_ request: EncodedRequest) -> QueuedRequest {
        QueuedRequest(pointCount: request.pointCount, size: request.body.count, place: .memory(request))
    }

    /// A request in segment `number` of the spool.
    static func spooled(_ request: EncodedRequest, _ number: UInt64) -> QueuedRequest {
        let size = SpoolDirectory.size(ofBody: request.body.count)
        return QueuedRequest(pointCount: request.pointCount, size: size, place: .spool(number))
    }
}
