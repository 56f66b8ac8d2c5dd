internal import CLibbpf
internal import Glibc

/// What the kernel lets programs do that not every kernel does, found out by a program that does just that.
///
/// An error of a real program says too little: it may have failed for any reason. So these are asked first, and what
/// fails afterwards is an error.
package enum ProgramFeature: CaseIterable, Sendable {
    /// Atomic instructions that tell what was there before (since 5.12).
    case atomics
    /// Calls of functions of the kernel by name, for which programs must be compiled, not interpreted.
    case kernelFunctions
    /// Reading any of the kernel's memory, which `lockdown=confidentiality` forbids.
    case kernelMemory
    /// Programs that are run by a system call (since 5.14).
    case callable

    /// Asks the kernel.
    ///
    /// - Throws: ``BPFError`` when it takes not even a program that does nothing, or the answer is neither yes nor no.
    package func isAvailable() throws(BPFError) -> Bool {
        // What fails here has nothing to do with the feature.
        _ = try Program(instructions: Self.nothing)
        do throws(BPFError) {
            _ = try Program(
                self == .callable ? BPF_PROG_TYPE_SYSCALL : BPF_PROG_TYPE_RAW_TRACEPOINT,
                instructions: instructions,
                flags: self == .callable ? UInt32(BPF_F_SLEEPABLE) : 0
            )
            return true
        } catch {
            guard [EINVAL, EOPNOTSUPP, BPFError.notSupported].contains(error.code) else { throw error }
            return false
        }
    }

    private static let nothing: [Instruction] = [.setResult, .end]

    private var instructions: [Instruction] {
        switch self {
        case .atomics:
            [
                // *(u64 *)(r10 - 8) = r0 = 0; r2 = 1; then a compare-and-exchange there, which changes r0.
                .setResult, Instruction(0x7b, target: 10, offset: -8),
                Instruction(0xb7, target: 2, value: 1),
                Instruction(0xdb, target: 10, source: 2, offset: -8, value: 0xf1),
                .setResult, .end,
            ]
        case .kernelFunctions:
            // A call that is never reached, as r0 is 0. A kernel that allows no such calls refuses it all the same.
            [.setResult, Instruction(0x15, offset: 1), Instruction(0x85, source: 2)] + Self.nothing
        case .kernelMemory:
            // bpf_probe_read_kernel(r10 - 8, 8, 0)
            [
                Instruction(0xbf, target: 1, source: 10), Instruction(0x07, target: 1, value: -8),
                Instruction(0xb7, target: 2, value: 8), Instruction(0xb7, target: 3),
                Instruction(0x85, value: Int32(BPF_FUNC_probe_read_kernel.rawValue)),
            ] + Self.nothing
        case .callable:
            Self.nothing
        }
    }
}
