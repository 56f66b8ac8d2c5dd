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
        try Self.load(BPF_PROG_TYPE_RAW_TRACEPOINT, Self.nothing)
        do throws(BPFError) {
            try Self.load(
                self == .callable ? BPF_PROG_TYPE_SYSCALL : BPF_PROG_TYPE_RAW_TRACEPOINT,
                instructions,
                flags: self == .callable ? UInt32(BPF_F_SLEEPABLE) : 0
            )
            return true
        } catch {
            guard [EINVAL, EOPNOTSUPP, BPFError.notSupported].contains(error.code) else { throw error }
            return false
        }
    }

    private static func load(_ type: bpf_prog_type, _ instructions: [UInt64], flags: UInt32 = 0) throws(BPFError) {
        let descriptor = unsafe instructions.withUnsafeBytes { instructions in
            var options = unsafe bpf_prog_load_opts()
            unsafe options.sz = MemoryLayout<bpf_prog_load_opts>.size
            unsafe options.prog_flags = flags
            let start = unsafe instructions.assumingMemoryBound(to: bpf_insn.self)
            return unsafe bpf_prog_load(type, "feature", "GPL", start.baseAddress, start.count, &options)
        }
        guard descriptor >= 0 else { throw BPFError(operation: "load a program that does nothing", code: -descriptor) }
        close(descriptor)
    }

    private static let nothing = [setResult, end]
    /// Sets the result, `r0`, to 0.
    private static let setResult = instruction(0xb7)
    private static let end = instruction(0x95)

    private var instructions: [UInt64] {
        switch self {
        case .atomics:
            [
                // *(u64 *)(r10 - 8) = r0 = 0; r2 = 1; then a compare-and-exchange there, which changes r0.
                Self.setResult, Self.instruction(0x7b, target: 10, offset: -8),
                Self.instruction(0xb7, target: 2, value: 1),
                Self.instruction(0xdb, target: 10, source: 2, offset: -8, value: 0xf1),
                Self.setResult, Self.end,
            ]
        case .kernelFunctions:
            // A call that is never reached, as r0 is 0. A kernel that allows no such calls refuses it all the same.
            [Self.setResult, Self.instruction(0x15, offset: 1), Self.instruction(0x85, source: 2)] + Self.nothing
        case .kernelMemory:
            // bpf_probe_read_kernel(r10 - 8, 8, 0)
            [
                Self.instruction(0xbf, target: 1, source: 10), Self.instruction(0x07, target: 1, value: -8),
                Self.instruction(0xb7, target: 2, value: 8), Self.instruction(0xb7, target: 3),
                Self.instruction(0x85, value: Int32(BPF_FUNC_probe_read_kernel.rawValue)),
            ] + Self.nothing
        case .callable:
            Self.nothing
        }
    }

    /// A `struct bpf_insn` of a machine that is little-endian, as all are that tcplens is built for.
    private static func instruction(
        _ code: UInt8,
        target: UInt8 = 0,
        source: UInt8 = 0,
        offset: Int16 = 0,
        value: Int32 = 0
    ) -> UInt64 {
        UInt64(code) | UInt64(source << 4 | target) << 8 | UInt64(UInt16(bitPattern: offset)) << 16
            | UInt64(UInt32(bitPattern: value)) << 32
    }
}
