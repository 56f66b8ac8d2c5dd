internal import CLibbpf

/// What the kernel knows of a loaded program (`struct bpf_prog_info`).
package struct ProgramStatistics: Hashable, Sendable {
    /// How often it ran, counted while `kernel.bpf_stats_enabled` is on.
    package var runs: UInt64
    /// How long it ran, in nanoseconds, counted while `kernel.bpf_stats_enabled` is on.
    package var runNanoseconds: UInt64
    /// How often it was skipped because it was running on that CPU already.
    ///
    /// Each miss is an event that was not seen.
    package var recursionMisses: UInt64
    /// How many instructions the verifier processed to accept it; 0 on kernels before 5.16, which do not report it.
    package var verifiedInstructions: UInt32

    init(descriptor: CInt, program: String) throws(BPFError) {
        var info = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        let code = unsafe bpf_obj_get_info_by_fd(descriptor, &info, &size)
        guard code == 0 else { throw BPFError(operation: "inspect \(program)", code: -code) }
        runs = info.run_cnt
        runNanoseconds = info.run_time_ns
        recursionMisses = info.recursion_misses
        verifiedInstructions = info.verified_insns
    }
}
