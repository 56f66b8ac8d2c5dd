internal import CLibbpf
internal import Glibc

/// Finds tracepoints of the kernel without reading its BTF, which takes long.
package enum Tracepoint {
    /// A number of arguments that no tracepoint reaches (`MAX_BPF_FUNC_ARGS`).
    private static let argumentLimit = 12

    /// Whether this kernel has a tracepoint called `name`.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses to answer.
    package static func exists(_ name: String) throws(BPFError) -> Bool {
        // The kernel first looks for the tracepoint, and then checks how many arguments the program reads. The program
        // reads too many, so that it is never attached.
        switch try attach(reading: argumentLimit, to: name) {
        case ENOENT: false
        case 0, EINVAL: true
        case let code: throw BPFError(operation: "look for the tracepoint \(name)", code: code)
        }
    }

    /// Whether a tracepoint that exists has at least `count` arguments.
    ///
    /// For this a program that reads so many arguments is attached for a moment.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses to answer.
    package static func has(arguments count: Int, _ name: String) throws(BPFError) -> Bool {
        switch try attach(reading: count, to: name) {
        case 0: true
        case ENOENT, EINVAL: false
        case let code: throw BPFError(operation: "count the arguments of the tracepoint \(name)", code: code)
        }
    }

    /// Attaches a program that reads the last of `count` arguments, and detaches it.
    ///
    /// Returns the error number, or 0.
    private static func attach(reading count: Int, to name: String) throws(BPFError) -> CInt {
        let program = try Program(instructions: [
            // r0 = *(u64 *)(r1 + offset)
            Instruction(0x79, target: 0, source: 1, offset: Int16(clamping: (count - 1) * MemoryLayout<UInt64>.size)),
            .setResult, .end,
        ])
        let link = unsafe bpf_raw_tracepoint_open(name, program.descriptor)
        guard link >= 0 else { return -link }
        close(link)
        return 0
    }
}
