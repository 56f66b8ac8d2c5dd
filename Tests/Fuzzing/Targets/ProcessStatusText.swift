@testable import ApplicationResources

extension FuzzTarget {
    /// `/proc/PID/stat`, with a name of the program that anybody may choose.
    static let processStatus = FuzzTarget("process-status", sizeLimit: 1024) { bytes in
        guard let status = ProcessStatus(stat: bytes[...]) else { return }
        _ = status.start.nanoseconds
        try expect(!(status.isZombie && status.isRunning), "a process is either")
    }
}
