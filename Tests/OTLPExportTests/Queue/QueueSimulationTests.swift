import Foundation
import TestSupport
import Testing

/// Thousands of courses of events around a queue and its spool, each repeatable by its seed.
///
/// `TCPLENS_TEST_SEED=7 swift test --filter QueueSimulationTests` runs one of them again, and
/// `TCPLENS_TEST_SEEDS=20000` that many.
@Suite(.timeLimit(.minutes(10))) struct QueueSimulationTests {
    /// The seeds to run, in batches.
    private static var batches: [Range<UInt64>] {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["TCPLENS_TEST_SEED"].flatMap({ UInt64($0) }) {
            return [seed..<seed + 1]
        }
        let size = max((environment["TCPLENS_TEST_SEEDS"].flatMap { UInt64($0) } ?? 1000) / 20, 1)
        return (0..<20).map { $0 * size..<($0 + 1) * size }
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
