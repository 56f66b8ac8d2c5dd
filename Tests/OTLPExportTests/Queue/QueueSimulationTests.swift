import Foundation
import TestSupport
import Testing

/// Thousands of courses of events around a queue and its spool, each repeatable by its seed.
///
/// `TCPLENS_TEST_SEED=7 swift test --filter QueueSimulationTests` runs one of them again.
@Suite(.timeLimit(.minutes(2))) struct QueueSimulationTests {
    private static let batchSize: UInt64 = 100

    /// The seeds to run, in batches.
    private static var batches: [Range<UInt64>] {
        if let seed = ProcessInfo.processInfo.environment["TCPLENS_TEST_SEED"].flatMap({ UInt64($0) }) {
            return [seed..<seed + 1]
        }
        return (0..<20).map { $0 * batchSize..<($0 + 1) * batchSize }
    }

    @Test(arguments: batches)
    func `what a queue takes is sent in order, at least once, or counted`(seeds: Range<UInt64>) async throws {
        let directory = try TemporaryDirectory(inMemory: true)
        for seed in seeds {
            let folder = "seed-\(seed)"
            try directory.makeFolder(folder)
            do {
                try await SimulatedWorld(seed: seed, folder: directory.path(folder)).run()
            } catch {
                Issue.record("TCPLENS_TEST_SEED=\(seed): \(error)")
            }
            try directory.remove(folder)
        }
    }
}
