internal import BPF

/// What this kernel lets programs do, probed before any program is loaded.
struct ProgramFeatures: Equatable {
    /// Whether programs can keep slots for connections, which takes atomic instructions.
    var atomics: Bool
    /// Whether programs may call kernel functions by name.
    var kernelFunctions: Bool
    /// Whether programs may read arbitrary kernel memory.
    var kernelMemory: Bool

    /// Creates features, for tests.
    init(atomics: Bool, kernelFunctions: Bool, kernelMemory: Bool) {
        (self.atomics, self.kernelFunctions, self.kernelMemory) = (atomics, kernelFunctions, kernelMemory)
    }

    /// Probes the kernel.
    ///
    /// - Throws: ``BPFError`` when it accepts no programs at all.
    init() throws(BPFError) {
        atomics = try ProgramFeature.atomics.isAvailable()
        kernelFunctions = try ProgramFeature.kernelFunctions.isAvailable()
        kernelMemory = try ProgramFeature.kernelMemory.isAvailable()
    }

    /// Parses an object, in the variant that this kernel accepts.
    ///
    /// - Throws: ``BPFError`` when libbpf refuses it.
    func object(_ embedded: EmbeddedObject) throws(BPFError) -> Object {
        try Object(kernelFunctions ? embedded : embedded.interpreted)
    }
}
