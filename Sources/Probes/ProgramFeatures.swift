internal import BPF

/// What this kernel lets programs do, asked before any is loaded.
struct ProgramFeatures: Equatable {
    /// Whether programs can remember sockets: it takes atomic instructions.
    var atomics: Bool
    /// Whether programs may call functions of the kernel by name.
    var kernelFunctions: Bool
    /// Whether programs may read any of the kernel's memory.
    var kernelMemory: Bool

    /// Creates features, for tests.
    init(atomics: Bool, kernelFunctions: Bool, kernelMemory: Bool) {
        (self.atomics, self.kernelFunctions, self.kernelMemory) = (atomics, kernelFunctions, kernelMemory)
    }

    /// Asks the kernel.
    ///
    /// - Throws: ``BPFError`` when it takes no programs at all.
    init() throws(BPFError) {
        atomics = try ProgramFeature.atomics.isAvailable()
        kernelFunctions = try ProgramFeature.kernelFunctions.isAvailable()
        kernelMemory = try ProgramFeature.kernelMemory.isAvailable()
    }

    /// Parses an object, in the form that this kernel takes.
    ///
    /// - Throws: ``BPFError`` when libbpf refuses it.
    func object(_ embedded: EmbeddedObject) throws(BPFError) -> Object {
        try Object(kernelFunctions ? embedded : embedded.interpreted)
    }
}
