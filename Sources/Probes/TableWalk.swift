internal import BPF
internal import CProbes

/// Runs a program that walks over the kernel's tables of sockets, or the table of slots, call by call.
///
/// Each call holds a processor for a limited time, and other programs run in between.
struct TableWalk {
    /// The program, which is loaded and never attached.
    let program: String
    private let state: Map<UInt32, walk>

    /// How long one call may take, in nanoseconds.
    static let budget: UInt64 = 250_000
    /// More calls than the largest table takes: an hour of them.
    private static let mostCalls = 1 << 24

    /// Finds the map of a loaded object.
    ///
    /// - Throws: ``BPFError`` when there is no such map.
    init(_ program: String, of object: LoadedObject) throws(BPFError) {
        self.program = program
        state = try object.map("tcp_walk")
    }

    /// The result of a walk.
    struct Report: Equatable, Sendable {
        /// How many sockets were met, in all namespaces that share the table.
        var sockets: UInt64 = 0
        /// The longest call in nanoseconds.
        var longestCall: UInt64 = 0
        /// How many calls it took.
        var calls: UInt64 = 0
        /// The longest chain of a bucket, in sockets.
        var longestChain: UInt64 = 0
        /// Why the result can't be trusted; nil if it can.
        var trouble: Trouble?
    }

    /// Why a walk may have missed sockets.
    enum Trouble: Equatable, Sendable {
        /// The tables are not where they were expected.
        case noTable
        /// A chain of sockets could not be read to its end.
        case unreadChains
        /// More namespaces have a table of their own than can be walked.
        case unreadTables
        /// What was met is not what sockets look like.
        case strangeSockets
        /// It did not end.
        case endless

        /// The reason, for messages.
        var description: String {
            switch self {
            case .noTable: "the kernel's tables of sockets were not found"
            case .unreadChains: "a chain of sockets could not be read to its end"
            case .unreadTables: "more than \(OWN_TABLES) network namespaces have a table of their own"
            case .strangeSockets: "a table has entries that are no sockets"
            case .endless: "the walk did not end"
            }
        }

        /// Why only the sockets of one namespace can be counted, for messages.
        ///
        /// - Parameter readsMemory: Whether programs may read the kernel's memory. If not, those of kernels before 6.2
        ///   find no tables.
        /// - Returns: The reason.
        func whyOneNamespace(readsMemory: Bool) -> String {
            guard self == .noTable, !readsMemory else { return description }
            return Limitation.lockdown("only the sockets of one namespace can be counted").description
        }
    }

    /// Walks once.
    ///
    /// - Parameters:
    ///   - object: The object that the program belongs to.
    ///   - isTrial: Whether only the sockets of this process's namespace are counted, and none is followed.
    ///   - budget: How long one call may take, in nanoseconds.
    /// - Returns: The report of the program.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func run(of object: LoadedObject, isTrial: Bool = false, budget: UInt64 = budget) throws(BPFError) -> Report {
        var begin = walk()
        begin.budget = budget
        begin.begins = 1
        begin.is_trial = isTrial ? 1 : 0
        try state.setValue(begin, of: 0)
        var calls = 0
        while try object.run(program) == WALK_GOES_ON.rawValue {
            calls += 1
            guard calls < Self.mostCalls else { return Report(trouble: .endless) }
        }
        return Report(try state.value(of: 0) ?? walk())
    }
}

extension TableWalk.Report {
    /// Reads the report as the program writes it.
    init(_ walk: walk) {
        (sockets, calls, longestCall) = (walk.sockets, walk.calls, walk.longest_call)
        longestChain = walk.longest_chain
        if walk.no_table > 0 {
            trouble = .noTable
        } else if walk.bad_links > 0 || walk.unread_chains > 0 {
            trouble = .unreadChains
        } else if walk.strange_sockets > 0 || walk.moved > max(walk.sockets / 16, 64) {
            // If most sockets seem to be in the wrong chain, this kernel has chains of another kind.
            trouble = .strangeSockets
        } else if walk.unread_tables > 0 {
            trouble = .unreadTables
        }
    }
}
