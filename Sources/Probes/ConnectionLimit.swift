internal import BPF
internal import CProbes
internal import Glibc

/// How many connections can be followed at a time: the number of slots of the kernel's table.
///
/// It follows the machine, because the table takes its memory when it is made, however many connections there are.
package enum ConnectionLimit {
    /// The limits that can be set.
    package static let limits = 1_000...Int(MOST_SLOTS)
    /// The fewest slots that are chosen without a setting: a mebibyte of them.
    static let fewest: UInt32 = 1 << 14

    /// As many as fit in a thousandth of the machine's memory, and in an eighth of what a cgroup allows this process.
    ///
    /// - Parameters:
    ///   - memory: The memory of the machine in bytes.
    ///   - allowance: The least memory in bytes that one of the process's cgroups allows, which maps count for; nil if
    ///     none has a limit.
    /// - Returns: The number of slots.
    static func chosen(memory: UInt64, allowance: UInt64?) -> UInt32 {
        let bytes = min(memory / 1000, (allowance ?? .max) / 8)
        let slots = UInt32(clamping: bytes / UInt64(MemoryLayout<connection>.size))
        return min(max(slots, fewest), UInt32(MOST_SLOTS))
    }

    /// What is chosen on this machine, for a table that this process makes.
    static func chosen() -> UInt32 {
        let pages = UInt64(clamping: sysconf(CInt(_SC_PHYS_PAGES)))
        let memory = pages.multipliedReportingOverflow(by: UInt64(clamping: sysconf(CInt(_SC_PAGESIZE)))).partialValue
        return chosen(memory: memory, allowance: MemoryLimit.smallest()?.bytes)
    }
}

extension Object {
    /// Sets how many slots the table of connections has, before ``load()``.
    ///
    /// - Throws: ``BPFError`` when it has no such table.
    func setSlots(_ count: UInt32) throws(BPFError) {
        // At most half of them, so that there are others, and a power of two.
        var near: UInt32 = 1
        while near < UInt32(NEAR_SLOTS), near <= count / 4 { near <<= 1 }
        try setCapacity(count, of: "tcp_slots")
        try setCapacity((count - 1) / UInt32(SLOTS_PER_WORD) + 1, of: "tcp_slot_blocks")
        try setConstant("near_mask", to: near - 1)
        try setConstant("far_slots", to: count - near)
    }
}
