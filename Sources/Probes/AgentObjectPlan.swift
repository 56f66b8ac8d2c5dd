internal import BPF
internal import CProbes

/// What the agent's object is on a kernel: its programs, the sizes of its maps, its constants.
struct AgentObjectPlan {
    /// The programs.
    let programs: AgentPrograms
    /// How many rows the stocks have.
    let rowCount: UInt32
    private let options: AgentObjectOptions
    private let readsMemory: Bool
    /// The most workloads; nil if nothing is attributed.
    private let workloads: Int?

    /// The maps that are only needed for response times.
    private static let responseMaps = ["tcp_last_reads", "tcp_responses"]

    /// The most processors that count response times each for itself.
    ///
    /// For each of them the kernel keeps a row in stock that has a histogram for each, so the memory grows with the
    /// square of their number: 58 MB for 128.
    private static let mostWithOwnResponses = 16

    /// Plans the object for `kernel`.
    init(_ options: AgentObjectOptions, on kernel: KernelFeatures) {
        programs = AgentPrograms(for: kernel, responseTime: options.responseTime)
        // Nothing can be attributed on kernels that do not follow connections.
        workloads = programs.follows ? options.workloads : nil
        rowCount = FIRST_ROW.rawValue + (workloads.map(Self.cgroupRows) ?? 0)
        readsMemory = kernel.programs.kernelMemory
        self.options = options
    }

    /// Prepares a parsed object, which is to be loaded next.
    ///
    /// - Throws: ``BPFError`` when it lacks something.
    func apply(to object: borrowing Object) throws(BPFError) {
        try object.choose(programs.all)
        if programs.responseTime.isEmpty {
            for map in Self.responseMaps { try object.leaveOut(map) }
        }
        if !options.isPinned { try object.leaveOut("tcp_saved") }
        try object.setSlots(options.connectionLimit.map { UInt32(clamping: $0) } ?? ConnectionLimit.chosen())
        try object.setConstant("observed_netns", to: options.namespace)
        try object.setConstant("all_namespaces", to: options.namespace == 0)
        try object.setConstant("by_local_port", to: options.ports.contains(.local))
        try object.setConstant("by_peer_port", to: options.ports.contains(.peer))
        try object.setConstant("syn_limit", to: SYNBacklog.current())
        try object.setConstant("reads_kernel_memory", to: readsMemory)
        try object.setConstant(
            "rtt_period",
            to: UInt64(clamping: options.rttPeriod.components.seconds) &* 1_000_000_000
        )
        try object.setEphemeralPorts(EphemeralPorts.current())
        if options.namespace == 0 || workloads != nil {
            try object.setConstant("with_port_owners", to: true)
            try object.setCapacity(UInt32(OWNED_PORTS), of: "tcp_port_owners")
        }
        if workloads != nil { try countByCgroup(object) }
        if !programs.responseTime.isEmpty, try sharesResponses() {
            try object.share("tcp_responses")
            try object.setConstant("shares_responses", to: true)
        }
    }

    /// Whether all processors count response times together, as they do with a row for each cgroup.
    private func sharesResponses() throws(BPFError) -> Bool {
        guard workloads == nil else { return true }
        return try PossibleProcessors.count() > Self.mostWithOwnResponses
    }

    /// More cgroups than workloads: a workload may have several, and an ended one keeps its row for a while.
    private static func cgroupRows(_ workloads: Int) -> UInt32 {
        UInt32(clamping: min(workloads, 32_000)) + 64
    }

    /// Gives each cgroup a row of its own, which all CPUs share.
    ///
    /// The counters of each CPU are then not used.
    private func countByCgroup(_ object: borrowing Object) throws(BPFError) {
        try object.setConstant("by_cgroup", to: true)
        let rows = rowCount - FIRST_ROW.rawValue
        let blocks = (rowCount - 1) / UInt32(ROWS_PER_BLOCK) + 1
        try object.setCapacity(rows, of: "tcp_rows")
        // The last block may have more rows than are used.
        try object.setCapacity(blocks * UInt32(ROWS_PER_BLOCK), of: "tcp_free_rows")
        try object.setCapacity(blocks, of: "tcp_flows")
        try object.setCapacity(blocks * UInt32(ROWS_PER_BLOCK), of: "tcp_stocks")
        let places = Self.timeWaitPlaces(limit: NamespaceLimits.current.timeWait)
        try object.setCapacity(places, of: "tcp_time_waits")
        try object.setConstant("time_wait_mask", to: places - 1)
        try object.setCapacity(1, of: "tcp_durations")
    }

    /// How many sockets can be remembered that may come to TIME_WAIT: a power of two.
    ///
    /// Cookies are numbered consecutively, and those of all sockets count. So there are four places for each socket
    /// that may be in TIME_WAIT, up to 8 MiB.
    ///
    /// - Parameter limit: The limit of sockets in TIME_WAIT; nil if that is unknown.
    /// - Returns: The number of places.
    static func timeWaitPlaces(limit: UInt64?) -> UInt32 {
        var places: UInt32 = 1 << 12
        while places < 1 << 20, UInt64(places) < (limit ?? 1 << 16) &* 4 { places <<= 1 }
        return places
    }
}
