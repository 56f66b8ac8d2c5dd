import Foundation
import FuzzTargets
import TestSupport
import Testing

/// Each target on its corpus and on mutations of it, the same each time; `make fuzz` looks for more.
@Suite(.timeLimit(.minutes(5))) struct CorpusTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "Fuzzing/corpus")

    /// How many mutations of each corpus are read.
    ///
    /// `TCPLENS_TEST_MUTATIONS=100000` reads more.
    private static let mutationCount =
        ProcessInfo.processInfo.environment["TCPLENS_TEST_MUTATIONS"].flatMap { Int($0) } ?? 500

    /// The files of a target, in the order of their names.
    private func corpus(_ target: FuzzTarget) throws -> [[UInt8]] {
        let folder = Self.folder.appending(path: target.name)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
            .map { Array(try Data(contentsOf: folder.appending(path: $0))) }
    }

    private func read(_ bytes: [UInt8], by target: FuzzTarget) {
        do {
            try target.read(bytes)
        } catch {
            // In this form it can be added to the corpus.
            Issue.record("\(target): \(error), for base64 \(Data(bytes).base64EncodedString())")
        }
    }

    @Test(arguments: FuzzTarget.all)
    func `the corpus and its mutations are read as they should be`(target: FuzzTarget) throws {
        let corpus = try corpus(target)
        #expect(!corpus.isEmpty && corpus.allSatisfy { $0.count <= target.sizeLimit })
        for bytes in corpus + [[]] { read(bytes, by: target) }
        var mutator = Mutator(corpus, sizeLimit: target.sizeLimit)
        for _ in 0..<Self.mutationCount { read(mutator.next(), by: target) }
    }

    @Test func `each folder of the corpus has its target`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path(percentEncoded: false))
        #expect(folders.sorted() == FuzzTarget.all.map(\.name).sorted())
    }

    @Test func `the time for an input is in proportion to its size`() throws {
        for target in FuzzTarget.all {
            for bytes in try corpus(target) where !bytes.isEmpty {
                // Only a slow one is looked at again.
                let isFast = (0..<4).contains { _ in isProportional(bytes, target) }
                #expect(isFast, "\(target): base64 \(Data(bytes.prefix(100)).base64EncodedString())")
            }
        }
    }

    private func isProportional(_ bytes: [UInt8], _ target: FuzzTarget) -> Bool {
        let times = [1 << 11, 1 << 14].map { time(repeated(bytes, $0), target) }
        // Eight times as much; with the square of the size it would take 64 times as long.
        return times[1] < 32 * max(times[0], 500_000)
    }

    private func repeated(_ bytes: [UInt8], _ size: Int) -> [UInt8] {
        Array((0...size / bytes.count).map { _ in bytes }.joined())
    }

    /// The processor's time for `bytes`, in nanoseconds, whatever else the machine does.
    private func time(_ bytes: [UInt8], _ target: FuzzTarget) -> Int {
        let start = processorTime()
        try? target.read(bytes)
        return processorTime() - start
    }

    private func processorTime() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
