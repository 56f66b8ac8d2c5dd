internal import BPF

/// The kernel's compiler of programs (JIT).
package enum ProgramCompiler {
    /// Whether programs are interpreted instead; `false` where the kernel does not take part.
    package static func isOff() -> Bool {
        (try? ProgramFeature.kernelFunctions.isAvailable()) == false
    }
}
