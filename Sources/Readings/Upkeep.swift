/// What reading costs, and what it missed.
package struct Upkeep: Hashable, Sendable {
    /// What could not be counted.
    package var losses: Losses
    /// The programs that run.
    package var programs: [ProgramCost]

    /// Creates an upkeep.
    package init(losses: Losses = Losses(), programs: [ProgramCost] = []) {
        self.losses = losses
        self.programs = programs
    }
}

/// What programs could not count since the epoch began.
package struct Losses: Hashable, Sendable {
    /// A map had no room for another key.
    package var mapFull: UInt64
    /// The kernel had no memory for a socket's storage.
    package var allocation: UInt64
    /// Connections changed their state and no program was run, whatever the reason.
    package var gaps: UInt64
    /// Programs were skipped because they were running on that CPU already, for events of any network namespace.
    package var recursions: UInt64

    /// Creates losses.
    package init(mapFull: UInt64 = 0, allocation: UInt64 = 0, gaps: UInt64 = 0, recursions: UInt64 = 0) {
        self.mapFull = mapFull
        self.allocation = allocation
        self.gaps = gaps
        self.recursions = recursions
    }
}

/// How often a program ran and how long that took, as the kernel counts it while `kernel.bpf_stats_enabled` is on.
package struct ProgramCost: Hashable, Sendable {
    /// The program.
    package var name: String
    /// How often it ran.
    package var runs: UInt64
    /// For how long, in nanoseconds.
    package var nanoseconds: UInt64

    /// Creates a cost.
    package init(name: String, runs: UInt64, nanoseconds: UInt64) {
        self.name = name
        self.runs = runs
        self.nanoseconds = nanoseconds
    }
}

/// Why an event was not counted.
package enum LossReason: String, CaseIterable, Sendable {
    /// A map had no room for another key.
    case mapFull = "map_full"
    /// The kernel had no memory for a socket's storage.
    case allocation
    /// A connection changed its state and no program was run, for a reason other than ``recursion``.
    case unseen
    /// The program was already running on that CPU.
    case recursion
    /// The reader of a ring buffer was too slow.
    case ringFull = "ring_full"

    /// The reasons of programs that count; only `tcplens trace` has a ring buffer.
    package static let ofCounting = allCases.filter { $0 != .ringFull }
}
