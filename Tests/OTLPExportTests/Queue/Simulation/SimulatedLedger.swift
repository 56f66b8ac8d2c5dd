import Pipeline

@testable import OTLPExport

/// What must have become of each point: it was sent, in order and at least once, or it is counted.
///
/// Points are numbers from 1 on, in the order in which they are exported.
struct SimulatedLedger {
    /// How a process ended.
    enum End {
        /// In order.
        case planned
        /// It was killed, perhaps with the power.
        case killed
    }

    /// The most points of a request.
    static let requestLimit = 5

    /// What is not as promised.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Whether nothing is ever dropped to make room.
    let isRoomy: Bool

    private var count = 0
    private var delivered: Set<Int> = []
    private var refused: Set<Int> = []
    /// Points that nobody can count: in the memory of a process that was killed, dropped by it without a chance to say
    /// so, damaged by the disk, or in a file that was never complete.
    private var excused: Set<Int> = []
    /// Points that processes which ended in order have counted as lost.
    private var counted = 0
    private var wasKilled = false
    /// Points that were sent and exist on the disk.
    private var repeatable: Set<Int> = []

    // What the present process has.
    private var points: Set<Int> = []
    private var image = SpoolImage()
    private var seenOnDisk: Set<Int> = []
    private var inMemory: Set<Int> = []

    /// Creates an empty ledger.
    init(isRoomy: Bool) {
        self.isRoomy = isRoomy
    }

    /// Numbers for `count` points of one request.
    mutating func newPoints(_ count: Int) -> [Int] {
        defer { self.count += count }
        return Array(self.count + 1...self.count + count)
    }

    /// A process starts with `image` on its disk.
    mutating func begin(_ image: SpoolImage) {
        self.image = image
        points = Set(image.points)
        seenOnDisk = points
        inMemory = []
    }

    /// The process takes `points`; `isOnDisk` says whether it could write them there.
    mutating func export(_ points: [Int], isOnDisk: Bool) {
        self.points.formUnion(points)
        if !isOnDisk { inMemory.formUnion(points) }
    }

    /// `points` are beyond the reach of any count.
    mutating func excuse(_ points: some Sequence<Int>) {
        excused.formUnion(points)
    }

    // MARK: While a process lives

    /// Checks what must hold whenever the queue rests.
    mutating func check(_ life: SimulatedLife, _ now: SpoolImage, isDiskFull: Bool) throws {
        let report = life.report
        try expect(life.receiver.delivered.isIncreasing, "sent in order: \(life.receiver.delivered)")
        let ends = report.acceptedPoints + report.rejectedPoints + report.droppedPoints + report.queuedPoints
        try expect(report.hasRestored(image), "what the disk has is reported: \(image.expected), \(report.warnings)")
        let restored = life.isOpened ? image.expected.points : 0
        try expect(
            restored + life.exported == ends,
            "\(restored) restored and \(life.exported) exported are \(ends): \(report)"
        )
        try expect(report.acceptedPoints <= life.receiver.delivered.count, "accepted is what was accepted")
        try expect(!isRoomy || lostElse(report) == 0, "nothing is lost where there is room: \(report)")
        try checkDisk(life, now, isDiskFull: isDiskFull)
    }

    private mutating func checkDisk(_ life: SimulatedLife, _ now: SpoolImage, isDiskFull: Bool) throws {
        let onDisk = Set(now.points)
        let gone = seenOnDisk.union(onDisk).subtracting(onDisk).subtracting(settled(life))
        seenOnDisk.formUnion(onDisk)
        if isDiskFull {
            // What is left of a request that was taken in part moves to memory if it can't be written.
            inMemory.formUnion(gone)
        }
        let unknown = gone.subtracting(inMemory)
        if isRoomy {
            try expect(unknown.isEmpty, "\(unknown.sorted()) were on the disk, and are neither there nor sent")
            let unwritten = points.subtracting(seenOnDisk).subtracting(inMemory).subtracting(settled(life))
            try expect(unwritten.isEmpty, "\(unwritten.sorted()) were never written")
        } else if let last = unknown.max(), let first = onDisk.subtracting(life.receiver.held).min() {
            try expect(last < first, "the oldest are dropped first: \(last) before \(first)")
        }
    }

    /// The points of a process that were accepted or refused.
    private func settled(_ life: SimulatedLife) -> Set<Int> {
        life.receiver.refused.union(life.receiver.delivered)
    }

    /// The number of points that were lost for other reasons than the receiver's and the disk's.
    private func lostElse(_ report: ExportOutcome) -> Int {
        report.lostPoints.filter { ![.rejected, .status(400), .damaged].contains($0.key) }.values.reduce(0, +)
    }

    // MARK: When it ends

    /// Takes what the process has sent, with `image` on the disk that it leaves.
    ///
    /// `isSynced` says whether its last report was made at the very end.
    mutating func end(_ life: SimulatedLife, _ end: End, _ image: SpoolImage, isSynced: Bool) throws {
        try expect(life.receiver.delivered.isIncreasing, "sent in order: \(life.receiver.delivered)")
        let again = delivered.intersection(life.receiver.delivered).subtracting(repeatable)
        try expect(again.isEmpty, "\(again.sorted()) are sent again although they were no longer on the disk")
        let first = life.receiver.delivered.first { !delivered.union(excused).union(refused).contains($0) }
        if let first, let last = delivered.max() {
            try expect(first > last, "\(first) is sent after \(last)")
        }
        delivered.formUnion(life.receiver.delivered)
        refused.formUnion(life.receiver.refused)
        let newlyRepeatable = delivered.intersection(image.points).subtracting(repeatable)
        let isKilled = end != .planned
        try expect(
            newlyRepeatable.count <= (isKilled ? Self.requestLimit : 0),
            "\(newlyRepeatable.sorted()) were sent, and are still on the disk"
        )
        let missing = points.subtracting(image.points).subtracting(settled(life))
        let isExact = self.image.expected.points == self.image.points.count
        if isSynced, isExact {
            let held = life.report.queuedPoints - image.expected.points
            let known = lostElse(life.report) + held
            try expect(missing.count == known, "\(missing.sorted()) are missing, and \(known) known: \(life.report)")
        }
        if end == .planned {
            counted += lostElse(life.report)
        } else {
            let unknown = missing.subtracting(inMemory)
            try expect(!isRoomy || unknown.isEmpty, "\(unknown.sorted()) are lost by the end of the process")
            excused.formUnion(missing)
            wasKilled = true
        }
    }

    /// The next process will find `image`.
    mutating func leave(_ image: SpoolImage) {
        repeatable = delivered.intersection(image.points)
    }

    /// Checks what must hold when everything that can be sent is sent.
    func checkEnd() throws {
        let lost = Set(1..<count + 1).subtracting(delivered).subtracting(refused).subtracting(excused)
        try expect(
            wasKilled ? lost.count <= counted : lost.count == counted,
            "\(lost.sorted()) are lost, and \(counted) are counted"
        )
    }

    private func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws {
        guard condition else { throw Failure(description: text()) }
    }
}

extension ExportOutcome {
    /// Whether the warnings name what `image` has, once the spool was opened.
    fileprivate func hasRestored(_ image: SpoolImage) -> Bool {
        let expected = image.expected
        let text = warnings.joined(separator: "\n")
        let hasPoints = expected.points == 0 || text.contains("with \(expected.points) data points from an earlier")
        let hasDamaged = expected.discarded == 0 || text.contains("has \(expected.discarded) damaged requests")
        return warnings.isEmpty || hasPoints && hasDamaged
    }
}

extension [Int] {
    /// Whether each is greater than the one before.
    fileprivate var isIncreasing: Bool { zip(self, dropFirst()).allSatisfy(<) }
}
