internal import CLibbpf
internal import Glibc

/// A small program of a few instructions, loaded as long as this value lives, to see whether the kernel accepts it.
struct Program: ~Copyable {
    let descriptor: CInt

    /// Loads a program.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(
        _ type: bpf_prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
        instructions: [Instruction],
        flags: UInt32 = 0
    ) throws(BPFError) {
        let descriptor = unsafe instructions.map(\.bits).withUnsafeBytes { instructions in
            let start = unsafe instructions.assumingMemoryBound(to: bpf_insn.self)
            if let token = Token.made.descriptor {
                return unsafe token_prog_load(type, start.baseAddress, start.count, flags, token)
            }
            var options = unsafe bpf_prog_load_opts()
            unsafe options.sz = MemoryLayout<bpf_prog_load_opts>.size
            unsafe options.prog_flags = flags
            return unsafe bpf_prog_load(type, "feature", "GPL", start.baseAddress, start.count, &options)
        }
        guard descriptor >= 0 else { throw BPFError(operation: "load a program that does nothing", code: -descriptor) }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}

/// A `struct bpf_insn` on a little-endian machine; tcplens is built for no others.
struct Instruction {
    let bits: UInt64

    init(_ code: UInt8, target: UInt8 = 0, source: UInt8 = 0, offset: Int16 = 0, value: Int32 = 0) {
        bits =
            UInt64(code) | UInt64(source << 4 | target) << 8 | UInt64(UInt16(bitPattern: offset)) << 16
            | UInt64(UInt32(bitPattern: value)) << 32
    }

    /// Sets the result, `r0`, to 0.
    static let setResult = Instruction(0xb7)
    static let end = Instruction(0x95)
}
