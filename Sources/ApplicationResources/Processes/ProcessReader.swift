internal import FoundationEssentials
internal import System

/// Another process, which has the right to read all processes (CAP_SYS_PTRACE).
package protocol ProcessReader: Sendable {
    /// Has processes read.
    ///
    /// - Parameters:
    ///   - request: What is to be read; it goes to ``ProcessReadingService``, unchanged.
    ///   - started: Called with the id of the process that reads, when it begins.
    ///   - each: Called with each answer, in their order; it returns whether more are wanted.
    func readProcesses(_ request: [UInt8], started: (Int32) -> Void, each: ([UInt8]) -> Bool)
}

/// Reads processes for one that may not do it itself.
package enum ProcessReadingService {
    /// Carries out a request of a ``ProcessReader``.
    ///
    /// A process can block it for as long as that process wants (``ProcessMemory``).
    ///
    /// - Parameters:
    ///   - request: What is to be read.
    ///   - send: Takes each answer; it returns whether the next one is wanted.
    package static func carryOut(_ request: [UInt8], send: ([UInt8]) -> Bool) {
        guard let requests = try? JSONDecoder().decode([ProcessReading.Request].self, from: Data(request)) else {
            return
        }
        let encoder = JSONEncoder()
        var buffer = ScratchBuffer(capacity: ProcessEnvironment.maximumLength)
        for request in requests {
            guard let answer = try? encoder.encode(ProcessReading.answer(request, with: &buffer)) else { return }
            guard send([UInt8](answer)) else { return }
        }
    }
}

extension ProcessReader {
    /// How many processes are asked for at once.
    private var batchSize: Int { 256 }

    /// Has processes read.
    ///
    /// - Parameters:
    ///   - requests: What is to be read.
    ///   - started: Called with the id of each process that reads, when it begins.
    ///   - each: Called with the index of a request and its answer, in their order; it returns whether more are wanted.
    func read(
        _ requests: [ProcessReading.Request],
        started: (Int32) -> Void,
        each: (Int, ProcessReading.Answer) -> Bool
    ) {
        let decoder = JSONDecoder()
        var (next, isWanted) = (0, true)
        while isWanted, next < requests.count {
            let end = min(next + batchSize, requests.count)
            guard let request = try? JSONEncoder().encode(Array(requests[next..<end])) else { return }
            let first = next
            readProcesses([UInt8](request), started: started) { bytes in
                guard next < end, let answer = try? decoder.decode(ProcessReading.Answer.self, from: Data(bytes)) else {
                    return false
                }
                next += 1
                isWanted = each(next - 1, answer)
                return isWanted && next < end
            }
            // The reader has failed; the rest is asked for at the next collection.
            guard next > first, next == end else { return }
        }
    }
}
