internal import BPF

/// What this kernel lets programs do, probed before any program is loaded.
struct ProgramFeatures: Codable, Hashable {
    /// Whether programs can keep slots for connections, which takes atomic instructions.
    var atomics: Bool
    /// Whether programs may call kernel functions by name.
    var kernelFunctions: Bool
    /// Whether programs may read arbitrary kernel memory.
    var kernelMemory: Bool
    /// Whether programs can loop as often as they like.
    var loops: Bool

    /// Creates features, for tests.
    init(atomics: Bool, kernelFunctions: Bool, kernelMemory: Bool, loops: Bool = true) {
        (self.atomics, self.kernelFunctions, self.kernelMemory) = (atomics, kernelFunctions, kernelMemory)
        self.loops = loops
    }

    /// Why programs can't walk over the kernel's tables of sockets; nil if they can.
    ///
    /// Whether they can cast an address (since 6.2) shows only when one is loaded. Kernels that can have loops, too,
    /// and forbid calls of functions only where programs are interpreted.
    func whyNoWalk(_ lost: String) -> Limitation? {
        if !loops { return "no loops in programs of this kernel (before 5.17): \(lost)" }
        if !kernelFunctions { return .interpreted(lost) }
        return nil
    }

    /// Why only the sockets of one namespace can be counted; nil if those of all can.
    func whyOneNamespace() -> String? {
        whyNoWalk("only the sockets of one namespace can be counted").map(\.description)
    }

    /// Probes the kernel.
    ///
    /// - Throws: ``BPFError`` when it accepts no programs at all.
    init() throws(BPFError) {
        atomics = try ProgramFeature.atomics.isAvailable()
        kernelFunctions = try ProgramFeature.kernelFunctions.isAvailable()
        kernelMemory = try ProgramFeature.kernelMemory.isAvailable()
        loops = try ProgramFeature.loops.isAvailable()
    }

    /// Probes what the passes of `snapshot` and `top` need; the rest is taken to be there.
    ///
    /// - Throws: ``BPFError`` when the kernel accepts no programs at all.
    static func forWalk() throws(BPFError) -> ProgramFeatures {
        ProgramFeatures(
            atomics: true,
            kernelFunctions: try ProgramFeature.kernelFunctions.isAvailable(),
            kernelMemory: try ProgramFeature.kernelMemory.isAvailable(),
            loops: try ProgramFeature.loops.isAvailable()
        )
    }

    /// Parses an object, for what this kernel lets programs do.
    ///
    /// - Throws: ``BPFError`` when libbpf refuses it.
    func object(_ embedded: EmbeddedObject) throws(BPFError) -> Object {
        try Object(embedded, callsFunctions: kernelFunctions)
    }
}
