import Glibc
import Pipeline
import System
import TestSupport

@testable import OTLPExport

/// A spool and several processes that use it one after the other, each with an end of its own: in order, killed while
/// it writes, sends or rests, or with the power.
final class SimulatedWorld {
    private static let block = SpoolDirectory.blockSize
    private static let unfinished = ".part"

    private var random: SeededRandom
    private let folder: String
    private let isRoomy: Bool
    private let requestSize: Int
    private var ledger: SimulatedLedger
    private var image = SpoolImage()
    private var isDiskFull = false
    /// What the disk has after this step, and what it had after the one before, to make deleted files exist again.
    private var now = SpoolImage()
    private var before = SpoolImage()

    /// Creates the world of `seed`; its spools are made in `folder`.
    init(seed: UInt64, folder: String) {
        random = SeededRandom(seed)
        self.folder = folder
        isRoomy = random.chance(50)
        requestSize = random.chance(75) ? 0 : Self.block
        ledger = SimulatedLedger(isRoomy: isRoomy)
    }

    /// Lives through all of it.
    ///
    /// - Throws: ``SimulatedLedger/Failure`` if something is not as promised.
    func run() async throws {
        for number in 1...random.number(2...5) {
            try await live("\(folder)/\(number)")
        }
        let life = try begin("\(folder)/last")
        try await drain(life)
        await life.end()
        try ledger.end(life, .planned, life.image, isSynced: true)
        try ledger.checkEnd()
    }

    private func begin(_ path: String) throws -> SimulatedLife {
        try image.write(to: path)
        (now, before, isDiskFull) = (image, image, false)
        ledger.begin(image)
        let block = Self.block
        let limits =
            isRoomy
            ? (1 << 20, 1 << 20) : ((requestSize + 24) * random.number(1...4), block * random.number(2...8))
        let rules = SimulatedLife.Rules(memoryLimit: limits.0, spoolLimit: limits.1, requestSize: requestSize)
        return try SimulatedLife(rules, path: path, SeededRandom(random.next()))
    }

    private func live(_ path: String) async throws {
        let life = try begin(path)
        for _ in 0..<random.number(2...14) { try await step(life) }
        try await end(life)
        await life.end()
    }

    // MARK: What happens

    private func step(_ life: SimulatedLife) async throws {
        switch random.number(0...99) {
        case 0..<50: await export(life)
        case 50..<65: life.receiver.weather = SimulatedReceiver.Weather.allCases.randomElement(using: &random) ?? .good
        case 65..<73: setDisk(of: life, isFull: true)
        case 73..<80: setDisk(of: life, isFull: false)
        default: await goOn(life)
        }
        guard !life.receiver.isDead else { return }
        (before, now) = (now, life.image)
        try ledger.check(life, now, isDiskFull: isDiskFull)
    }

    private func export(_ life: SimulatedLife) async {
        let requests = (0..<random.number(1...3)).map { _ in newRequest() }
        for request in requests { ledger.export(SimulatedRequest.points(request), isOnDisk: !isDiskFull) }
        await life.export(requests)
    }

    private func newRequest() -> EncodedRequest {
        SimulatedRequest.encoded(ledger.newPoints(random.number(1...SimulatedLedger.requestLimit)), size: requestSize)
    }

    /// Ends what the queue waits for, if it does.
    private func goOn(_ life: SimulatedLife) async {
        if !life.receiver.held.isEmpty {
            await life.release()
        } else if life.isDelayed {
            await life.endDelay()
        }
    }

    /// Lets everything be sent.
    private func drain(_ life: SimulatedLife) async throws {
        life.receiver.setHolding(false)
        await life.export()
        for _ in 0..<100 where life.isDelayed || !life.receiver.held.isEmpty { await goOn(life) }
        await life.export()
        try ledger.check(life, life.image, isDiskFull: false)
        guard life.report.queuedPoints == 0, life.image.expected == (0, 0) else {
            throw SimulatedLedger.Failure(description: "left behind: \(life.report), \(life.image.segments)")
        }
    }

    /// Fills the disk, so that no request can be written, or frees it.
    ///
    /// Where the file would be made is a directory then, which fails for root as well.
    private func setDisk(of life: SimulatedLife, isFull: Bool) {
        isDiskFull = isFull
        let numbers = life.image.segments.compactMap { Int($0.prefix(18)) }
        // More than one life writes.
        for number in 1...max(numbers.max() ?? 0, image.lastNumber) + 48 {
            let name = "\(life.path)/\(SpoolImage.name(number, Self.unfinished))"
            _ = unsafe isFull ? mkdir(name, 0o700) : rmdir(name)
        }
    }

    // MARK: How it ends

    private func end(_ life: SimulatedLife) async throws {
        switch random.number(0...99) {
        case 0..<25: try await endInOrder(life)
        case 25..<45:
            await life.export()
            try killed(life, life.image, isSynced: true)
        case 45..<55: try killed(life, life.image, isSynced: false)
        case 55..<75: try killed(life, writing(onto: life.image), isSynced: false)
        default:
            life.receiver.setDeadly()
            for _ in 0..<4 where !life.receiver.isDead { await random.chance(50) ? export(life) : goOn(life) }
            try killed(life, life.imageAtDeath ?? life.image, isSynced: false)
        }
    }

    private func endInOrder(_ life: SimulatedLife) async throws {
        life.receiver.setHolding(false)
        if !life.receiver.held.isEmpty { await life.release() }
        await life.export(random.chance(50) ? [] : [exported()], isLast: true)
        await life.end()
        // What was dropped at the very end is said by the next call.
        await life.export()
        image = life.image
        try ledger.end(life, .planned, image, isSynced: true)
        ledger.leave(image)
    }

    private func exported() -> EncodedRequest {
        let request = newRequest()
        ledger.export(SimulatedRequest.points(request), isOnDisk: !isDiskFull)
        return request
    }

    /// The disk after the process was killed while it wrote one more request: any part of it is there.
    private func writing(onto image: SpoolImage) -> SpoolImage {
        var image = image
        let points = ledger.newPoints(random.number(1...SimulatedLedger.requestLimit))
        let bytes = SpoolSegment.encode(SimulatedRequest.encoded(points, size: requestSize))
        // No export has returned that relies on it.
        ledger.excuse(points)
        if random.chance(30) {
            image.files[SpoolImage.name(image.lastNumber + 1, ".otlp")] = bytes
        } else {
            // What is left of a request is written under its own number.
            let number = image.lastNumber + random.number(0...1)
            image.files[SpoolImage.name(number, Self.unfinished)] = Array(bytes.prefix(random.number(0...bytes.count)))
        }
        return image
    }

    private func killed(_ life: SimulatedLife, _ image: SpoolImage, isSynced: Bool) throws {
        self.image = image
        try ledger.end(life, .killed, image, isSynced: isSynced)
        if random.chance(30) { losePower() }
        ledger.leave(self.image)
    }

    /// What the disk had not yet written may not be there, although a good one has all that a queue relies on.
    private func losePower() {
        restoreDeleted()
        guard random.chance(50) else { return }
        for name in image.segments.suffix(2) {
            ledger.excuse(image.points(name))
            image.damage(name, &random)
        }
    }

    /// Lets files exist again that were deleted since the last one was written.
    private func restoreDeleted() {
        guard image.lastNumber <= before.lastNumber else { return }
        for name in before.segments where image.files[name] == nil && random.chance(50) {
            image.files[name] = before.files[name]
        }
    }
}
