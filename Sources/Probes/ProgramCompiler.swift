internal import BPF

/// The kernel's BPF compiler (JIT).
package enum ProgramCompiler {
    /// Whether programs are interpreted instead; `false` if that can't be found out.
    package static func isOff() -> Bool {
        (try? ProgramFeature.kernelFunctions.isAvailable()) == false
    }
}
