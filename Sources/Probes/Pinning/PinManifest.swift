internal import BPF
internal import CProbes

/// What another agent must know of a generation to adopt it, or to take over from it.
struct PinManifest: SavedValue, Sendable {
    /// The boot that the kernel's numbers are of.
    var boot: String
    /// The build and the options.
    ///
    /// Whoever has the same ones adopts everything.
    var build: String
    /// What is counted, and for whom.
    ///
    /// Whoever counts the same takes over the counters.
    var subject: String
    /// What the loader found out about the kernel.
    var facts: LoadedAgent.Facts
    /// The object.
    var description: LoadedObject.Description
    /// The layout of each map, as a number.
    var layouts: [String: UInt64]
    /// Where each counter is.
    var counters: CounterNames

    static let area: UInt32 = 0
}

extension LoadedObject {
    /// The map `tcp_saved` of a generation, as an object.
    ///
    /// It has the same layout in all builds that share a directory.
    ///
    /// - Throws: ``BPFError`` when there is none.
    static func saved(in directory: String) throws(BPFError) -> LoadedObject {
        try LoadedObject(savedOnly, links: [], in: directory)
    }

    /// The same, of an open descriptor, which it owns.
    static func savedMap(_ descriptor: CInt) -> LoadedObject {
        LoadedObject(savedOnly, [descriptor])
    }

    private static let savedOnly = Description(
        name: "agent",
        known: [.hash("tcp_saved", valueSize: MemoryLayout<saved_piece>.size, capacity: Int(SAVED_PIECES))]
    )

    /// The maps that all generations share, as an object.
    ///
    /// - Throws: ``BPFError`` when there are none.
    static func shared(in directory: String) throws(BPFError) -> LoadedObject {
        let maps = [
            MapDescription.array("tcp_generation", valueSize: MemoryLayout<generations>.size),
            MapDescription.array("tcp_decided", valueSize: MemoryLayout<UInt64>.size, isPerCPU: true),
        ]
        return try LoadedObject(Description(name: "agent", known: maps), links: [], in: directory)
    }
}
