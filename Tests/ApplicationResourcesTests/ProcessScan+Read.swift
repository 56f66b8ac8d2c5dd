@testable import ApplicationResources
@testable import System

/// Reads `process` on this thread.
func read(_ process: Int32) -> ProcessScan? {
    var buffer = ScratchBuffer(capacity: ProcessEnvironment.maximumLength)
    guard case .scanned(let scan) = ProcessReading.answer(.init(process: process, known: nil), with: &buffer) else {
        return nil
    }
    return scan
}
