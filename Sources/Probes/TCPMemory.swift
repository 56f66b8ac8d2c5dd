internal import FoundationEssentials
internal import Glibc
internal import Readings

/// The memory of TCP sockets' queues.
///
/// The kernel counts and limits it for the whole machine.
struct TCPMemory: Equatable {
    /// The used memory in bytes.
    var usage: UInt64
    /// The limit in bytes.
    var limit: UInt64

    /// The memory of the machine; nil if this process is not in the host's network namespace, or that is unknown.
    static var current: Self? {
        let size = sysconf(Int32(_SC_PAGESIZE))
        guard size > 0 else { return nil }
        return Self(pageSize: UInt64(size)) { try? String(contentsOfFile: $0, encoding: .utf8) }
    }

    /// Reads the files through `read`, which returns the text of a path.
    ///
    /// Only the first network namespace has `tcp_mem` (`ipv4_table` in `net/ipv4/sysctl_net_ipv4.c`), and /proc/sys/net
    /// shows the reader's namespace. So the file exists exactly where the memory should be reported. `sockstat` alone
    /// would not be enough: it shows the memory of the machine in every namespace, and each one would seem to use all
    /// of it.
    init?(pageSize: UInt64, _ read: (_ path: String) -> String?) {
        guard let bounds = read("/proc/sys/net/ipv4/tcp_mem")?.split(whereSeparator: \.isWhitespace),
            bounds.count == 3, let most = UInt64(bounds[2]),
            let used = read("/proc/self/net/sockstat").flatMap(Self.usedPages)
        else { return nil }
        (usage, limit) = (Self.bytes(used, pageSize), Self.bytes(most, pageSize))
    }

    /// The number after `mem` in the line of TCP: `TCP: inuse 3 orphan 0 tw 0 alloc 5 mem 2`.
    private static func usedPages(_ sockstat: String) -> UInt64? {
        guard let line = sockstat.split(separator: "\n").first(where: { $0.hasPrefix("TCP: ") }) else { return nil }
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(of: "mem"), words.indices.contains(index + 1) else { return nil }
        return UInt64(words[index + 1])
    }

    /// A limit whose bytes overflow is as good as no limit.
    private static func bytes(_ pages: UInt64, _ pageSize: UInt64) -> UInt64 {
        let (bytes, overflow) = pages.multipliedReportingOverflow(by: pageSize)
        return overflow ? UInt64(Int64.max) : min(bytes, UInt64(Int64.max))
    }
}

extension Tables<Stock> {
    /// Adds the memory, if it is known.
    mutating func add(_ memory: TCPMemory?) {
        self[.memory, .host] = memory.map { [$0.usage] }
        self[.memoryLimit, .host] = memory.map { [$0.limit] }
    }
}
