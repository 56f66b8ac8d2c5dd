internal import BPF
internal import CProbes

/// Which generation counts, and which one decides that for each event (`bpf/common/generation.h`).
struct GenerationWord {
    private let word: Map<UInt32, generations>
    private let decided: PerCPUArray

    /// Finds it in an object.
    ///
    /// - Throws: ``BPFError`` if it is not there.
    init(_ object: LoadedObject) throws(BPFError) {
        word = try object.map("tcp_generation")
        decided = try object.perCPUArray("tcp_decided")
    }

    /// What is in effect.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func value() throws(BPFError) -> generations {
        try word.value(of: 0) ?? generations()
    }

    /// Lets a generation count from one event on, and no other one any more.
    ///
    /// Its programs must be attached. When this returns, no program of another generation counts.
    ///
    /// It may be called again if it was interrupted.
    ///
    /// - Returns: The generation that counted before; 0 for none.
    /// - Throws: ``BPFError`` when the kernel refuses.
    @discardableResult func pass(to generation: UInt64) throws(BPFError) -> UInt64 {
        var value = try value()
        let former = value.counting
        if value.counting == 0 { value.deciding = generation }
        value.counting = generation
        try word.setValue(value, of: 0)
        try Pin.waitForPrograms()
        // From here on the old programs decide for the new ones on every CPU, and so do those without an event yet.
        try decided.setAll(generation)
        value.deciding = generation
        try word.setValue(value, of: 0)
        return former
    }
}
