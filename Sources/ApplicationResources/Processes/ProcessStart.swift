internal import System

/// When a process was started: in clock ticks since the machine was.
///
/// Together with the process id it identifies a process, because ids are used again.
struct ProcessStart: Codable, Hashable, Comparable {
    /// The number of ticks.
    var ticks: UInt64

    /// The start in nanoseconds of CLOCK_BOOTTIME.
    ///
    /// A tick has a hundredth of a second on all machines that Swift runs on (`sysconf(_SC_CLK_TCK)`).
    var nanoseconds: UInt64 {
        let (product, overflow) = ticks.multipliedReportingOverflow(by: 10_000_000)
        return overflow ? .max : product
    }

    /// Whether `left` is earlier.
    static func < (left: ProcessStart, right: ProcessStart) -> Bool { left.ticks < right.ticks }

    /// Creates a start.
    init(ticks: UInt64) {
        self.ticks = ticks
    }
}

/// What the kernel says of a process.
struct ProcessStatus: Equatable {
    /// When it was started.
    var start: ProcessStart
    /// Whether its first thread has ended.
    ///
    /// Then the files of the process are empty. But other threads may go on: Swift's runtime ends the first thread of a
    /// program whose `main` is asynchronous.
    var isZombie: Bool
    /// Whether it runs, or would if a processor were free.
    var isRunning: Bool

    /// Reads it from `/proc/PID/stat`.
    ///
    /// - Throws: The error of the system call; ESRCH as well if the process is gone.
    static func read(
        of process: Int32,
        with buffer: inout ScratchBuffer
    ) throws(FileDescriptor.SystemCallError) -> ProcessStatus? {
        let file = try FileDescriptor(file: "/proc/\(process)/stat")
        buffer.wipe()
        // The kernel makes the text anew for each read, so there is only one.
        _ = try buffer.fill(from: file)
        return ProcessStatus(stat: buffer.content)
    }

    /// Reads it from the text of the file; nil if it is malformed.
    init?(stat: ArraySlice<UInt8>) {
        // The name of the program is in parentheses, and can contain any character (proc_pid_stat(5)).
        guard let name = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        // Field 22, where the first after the name is field 3.
        let fields = stat[(name + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 20)
        guard fields.count > 19, let ticks = UInt64(String(decoding: fields[19], as: UTF8.self)) else { return nil }
        start = ProcessStart(ticks: ticks)
        isZombie = fields[0].first == UInt8(ascii: "Z")
        isRunning = fields[0].first == UInt8(ascii: "R")
    }

    /// A thread of the process that has its memory: the first one, or another one if that has ended; nil if there is
    /// none.
    ///
    /// The kernel takes ids of threads wherever it takes those of processes.
    func thread(of process: Int32) -> Int32? {
        guard isZombie else { return process }
        let threads = (try? FileDescriptor(directory: "/proc/\(process)/task").names()) ?? []
        return threads.lazy.compactMap { Int32($0) }.filter { $0 != process }.min()
    }
}
