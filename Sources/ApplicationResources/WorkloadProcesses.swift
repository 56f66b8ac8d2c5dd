internal import Metrics

/// What is known of the processes of one workload.
struct WorkloadProcesses {
    /// How many processes of a workload are read.
    static let maximumCount = 256
    /// How long after the first reading a process is read again, if it has not shown a change by itself.
    ///
    /// The interval doubles up to the greatest. Most SDKs publish when a program starts, so soon after a process was
    /// found it pays to look again. A program that replaces itself (`execve(2)`) is found in the same way. Up to the
    /// interval is added, so that the work is spread.
    static let intervals: (first: Duration, greatest: Duration) = (.seconds(5), .seconds(300))

    private struct Known {
        var scan: ProcessScan
        var interval: Duration
        var nextScan: ContinuousClock.Instant
    }

    private var known: [Int32: Known] = [:]
    private var unread: Set<Int32> = []
    /// Whether there were processes, and all have ended.
    private(set) var haveEnded = false
    /// Whether a process has blocked its reader; then none of them is read again.
    private(set) var isBlocking = false
    /// What was not taken; each refusal counts once for each reading of a process.
    private(set) var refusals = RefusalCounts()

    /// Whether processes are left that were never read.
    var isIncomplete: Bool { !unread.isEmpty && !isBlocking }

    /// What the processes say.
    var statements: [ProcessStatement] { known.values.map(\.scan.statement) }

    /// When the first process that says something was started.
    var start: ProcessStart? {
        known.values.lazy.filter { !$0.scan.statement.isSilent }.map(\.scan.start).min()
    }

    /// What is to be read of `processes` at `now`; those that were never read come first.
    mutating func requests(for processes: [Int32], at now: ContinuousClock.Instant) -> [ProcessReading.Request] {
        guard !isBlocking else { return [] }
        let all = Set(processes.filter { $0 > 0 })
        // When all have ended, what they said stays: their sockets may outlive them.
        haveEnded = all.isEmpty && !known.isEmpty
        guard !all.isEmpty || known.isEmpty else { return [] }
        // Those that are known stay, then the lowest ids come, which are the oldest processes as long as ids grow.
        var chosen = all.filter { known[$0] != nil }
        for process in all.subtracting(chosen).sorted().prefix(max(0, Self.maximumCount - chosen.count)) {
            chosen.insert(process)
        }
        if chosen.count < all.count, refusals[.tooManyProcesses] == 0 {
            refusals.add(.tooManyProcesses)
        }
        known = known.filter { chosen.contains($0.key) }
        unread = chosen.filter { known[$0] == nil }
        return unread.sorted().map { ProcessReading.Request(process: $0, known: nil) }
            + known.sorted { $0.key < $1.key }.map { process, known in
                let isDue = known.nextScan <= now
                let scan = known.scan
                return ProcessReading.Request(
                    process: process,
                    known: isDue ? nil : .init(start: scan.start, context: scan.context)
                )
            }
    }

    /// Takes an answer about a process.
    mutating func take(_ answer: ProcessReading.Answer, about process: Int32, at now: ContinuousClock.Instant) {
        unread.remove(process)
        switch answer {
        case .unchanged: break
        case .gone: known[process] = nil
        case .scanned(var scan):
            let last = known[process]
            if scan.refusals[.changing] > 0, scan.context == nil, let last = last?.scan, last.start == scan.start {
                // It is being published again. What was there counts until the new one can be read.
                scan.context = last.context
                scan.statement.context = last.statement.context
                scan.statement.isInherited = last.statement.isInherited
            }
            let isSame = last.map { $0.scan == scan } ?? false
            let interval = isSame ? min((last?.interval ?? .zero) * 2, Self.intervals.greatest) : Self.intervals.first
            // Those that were found together are not all read together again.
            let spread = interval * Int(process % 16) / 16
            known[process] = Known(scan: scan, interval: interval, nextScan: now + interval + spread)
            refusals.add(isSame ? RefusalCounts() : scan.refusals)
        }
    }

    /// Reads none of the processes again, because one of them has blocked its reader, and forgets what they said.
    mutating func block() {
        isBlocking = true
        known = [:]
        unread = []
        refusals.add(.blocked)
    }
}

extension ProcessStatement {
    /// Whether the process says nothing of itself.
    fileprivate var isSilent: Bool { environment.isEmpty && context?.isEmpty != false }
}
