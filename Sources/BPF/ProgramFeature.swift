internal import CLibbpf
internal import Glibc

/// A feature that only some kernels offer to programs.
///
/// A minimal program that uses the feature finds out whether the kernel has it.
///
/// The error of a real program says too little, because it may have failed for another reason. So features are tested
/// first, and a failure afterwards is an error.
package enum ProgramFeature: CaseIterable, Sendable {
    /// Atomic instructions that return the previous value (since 5.12).
    case atomics
    /// Calls of kernel functions by name. Programs that do this must be compiled, not interpreted.
    case kernelFunctions
    /// Reading any of the kernel's memory, which `lockdown=confidentiality` forbids.
    case kernelMemory
    /// Programs that are run by a system call (since 5.14).
    case callable
    /// Calling a function of the program any number of times, with `bpf_loop()` (since 5.17).
    case loops

    /// Tries it on the running kernel.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses even a program that does nothing, or the error leaves it open.
    package func isAvailable() throws(BPFError) -> Bool {
        // A failure here has nothing to do with the feature.
        _ = try Program(instructions: Self.nothing)
        guard self != .loops else { return try Self.hasHelper(BPF_FUNC_loop) }
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

    /// Whether programs may call a helper function, found out by libbpf from the verifier's words.
    ///
    /// A program that calls it with a function needs type information, so it is no minimal program.
    private static func hasHelper(_ helper: bpf_func_id) throws(BPFError) -> Bool {
        // libbpf asks without a token. A kernel that has tokens is newer than all helpers that are asked for.
        guard Token.made.descriptor == nil else { return true }
        let answer = libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, helper, nil)
        guard answer >= 0 else { throw BPFError(operation: "look for a helper function", code: -answer) }
        return answer == 1
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
            // The call is never reached, because r0 is 0. A kernel that does not allow such calls refuses it all the
            // same.
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
        case .loops:
            Self.nothing
        }
    }
}
