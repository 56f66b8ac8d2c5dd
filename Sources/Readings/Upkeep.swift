/// What reading costs, and what was missed.
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
    /// Changes of state that no program saw, for whatever reason.
    package var gaps: UInt64
    /// Runs that were skipped because the program was already running on that CPU, in all network namespaces.
    package var recursions: UInt64

    /// Creates losses; zero by default.
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
    /// How long it ran, in nanoseconds.
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
    /// No program saw a change of state, for a reason other than ``recursion``.
    case unseen
    /// The program was already running on that CPU.
    case recursion
    /// The reader of a ring buffer was too slow.
    case ringFull = "ring_full"

    /// The reasons of programs that count; only `tcplens trace` has a ring buffer.
    package static let ofCounting = allCases.filter { $0 != .ringFull }
}
