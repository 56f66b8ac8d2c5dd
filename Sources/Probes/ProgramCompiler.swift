internal import BPF

/// The kernel's compiler of programs (JIT).
public enum ProgramCompiler {
    /// Whether programs are interpreted instead; `false` where the kernel does not take part.
    public static func isOff() -> Bool {
        (try? ProgramFeature.kernelFunctions.isAvailable()) == false
    }
}
