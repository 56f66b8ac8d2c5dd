internal import System

/// Where the bytes of waiting requests are: in the spool as long as that works, otherwise in memory.
///
/// All calls block; it is for one thread at a time.
struct RequestStore {
    /// What the user should know, each once; for who takes it.
    private(set) var warnings: [String] = []

    private let path: String?
    private var directory: SpoolDirectory?
    /// Where the numbers of a directory begin that takes the place of one that was deleted.
    private var firstNumber: UInt64 = 1
    /// Whether it is open and what earlier processes have left in it is known.
    private(set) var isOpen = false
    /// Whether the user knows that the spool does not work.
    private var isBroken = false

    /// Creates a store with a spool at `path`, or in memory alone without.
    ///
    /// A spool that does not work now, as on a read-only disk, is tried again with each request.
    ///
    /// - Throws: ``SpoolError`` when the spool can't be meant, or another process has it.
    init(spool path: String?) throws(SpoolError) {
        self.path = path
        guard let path else { return }
        do throws(SpoolError) {
            directory = try SpoolDirectory(path)
        } catch {
            guard error.kind == .failed else { throw error }
            noteBroken(error)
        }
    }

    /// Opens the spool if that is still to be done.
    ///
    /// - Returns: What earlier processes have left in it, oldest first, at the first call after it was opened.
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

    /// Brings `request` to the disk.
    ///
    /// - Returns: Nil when there is no spool or it does not work; the user is told.
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
                // Another is made with the next request; what the old one held is not taken for what it holds.
                (firstNumber, isOpen, self.directory) = (directory.nextNumber, false, nil)
            }
            return nil
        }
    }

    /// The request that `queued` stands for.
    ///
    /// - Throws: ``SpoolError`` when it is lost.
    func load(_ queued: QueuedRequest) throws(SpoolError) -> EncodedRequest {
        switch queued.place {
        case .memory(let request):
            return request
        case .spool(let number):
            guard let directory else { throw SpoolError(.failed, "the spool is closed") }
            return try directory.load(number)
        }
    }

    /// Forgets `queued`.
    mutating func remove(_ queued: QueuedRequest) {
        guard case .spool(let number) = queued.place else { return }
        do throws(SpoolError) {
            try directory?.remove(number)
        } catch {
            warnings.append("\(error); it is sent once more after the next start")
        }
    }

    /// Keeps `rest` in the place of `queued`, of which the other part has arrived.
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

    /// Lets another have the spool; what is in it stays.
    mutating func close() {
        directory = nil
    }

    /// The warnings that nobody has taken yet.
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
        warnings.append("\(error). Requests wait in memory until it works, and do not outlive the process")
    }

    private mutating func note(_ inventory: SpoolDirectory.Inventory, path: String) {
        let path = path.printable()
        let points = inventory.requests.pointCount
        let notes: KeyValuePairs = [
            inventory.requests.count: "requests with \(points) data points from before; they go first",
            inventory.discarded.count: "damaged requests, whose ends are missing or whose headers are wrong: discarded",
            inventory.unfinishedCount: "requests that a process was writing when it ended: discarded",
            inventory.foreignCount: "requests that can't be read or are a later version's: left alone",
        ]
        for (count, note) in notes where count > 0 {
            warnings.append("the spool \(path) has \(count) \(note)")
        }
    }
}

extension QueuedRequest {
    /// `request`, kept in memory.
    static func inMemory(_ request: EncodedRequest) -> QueuedRequest {
        QueuedRequest(pointCount: request.pointCount, size: request.body.count, place: .memory(request))
    }

    /// `request`, kept in segment `number` of the spool.
    static func spooled(_ request: EncodedRequest, _ number: UInt64) -> QueuedRequest {
        let size = SpoolDirectory.size(ofBody: request.body.count)
        return QueuedRequest(pointCount: request.pointCount, size: size, place: .spool(number))
    }
}
