internal import FoundationEssentials
internal import Glibc
internal import Readings

/// The memory that the queues of TCP sockets take, which the kernel counts and limits for the whole machine.
struct TCPMemory: Equatable {
    /// How much they take, in bytes.
    var usage: UInt64
    /// How much they may take, in bytes.
    var limit: UInt64

    /// That of the machine; nil where this process is not in the host's network namespace, or where that is not known.
    static var current: Self? {
        let size = sysconf(Int32(_SC_PAGESIZE))
        guard size > 0 else { return nil }
        return Self(pageSize: UInt64(size)) { try? String(contentsOfFile: $0, encoding: .utf8) }
    }

    /// Reads the files that `read` gives the text of.
    ///
    /// The kernel makes `tcp_mem` for the first network namespace only (`ipv4_table` in `net/ipv4/sysctl_net_ipv4.c`),
    /// and /proc/sys/net is that of the namespace of who reads it: so the file is just where the memory is ours to
    /// tell. `sockstat` alone would not do: it shows the machine's memory in each namespace, and each would seem to
    /// take all of it.
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

    /// The limit can be set to more than there are numbers for, which is no limit.
    private static func bytes(_ pages: UInt64, _ pageSize: UInt64) -> UInt64 {
        let (bytes, overflow) = pages.multipliedReportingOverflow(by: pageSize)
        return overflow ? UInt64(Int64.max) : min(bytes, UInt64(Int64.max))
    }
}

extension Tables<Stock> {
    /// Adds the memory, where that is known.
    mutating func add(_ memory: TCPMemory?) {
        self[.memory, .host] = memory.map { [$0.usage] }
        self[.memoryLimit, .host] = memory.map { [$0.limit] }
    }
}
