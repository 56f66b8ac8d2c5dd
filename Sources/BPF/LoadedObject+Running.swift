internal import CLibbpf

extension LoadedObject {
    /// Runs a loaded program of the section `syscall`, which reads and changes `context`.
    ///
    /// - Throws: ``BPFError`` when there is no such program or the kernel refuses.
    package func run<Context: BitwiseCopyable>(_ program: String, on context: inout Context) throws(BPFError) {
        let descriptor = try find(program: program).descriptor
        let code = unsafe withUnsafeMutableBytes(of: &context) { context in
            var options = unsafe bpf_test_run_opts()
            unsafe options.sz = MemoryLayout<bpf_test_run_opts>.size
            unsafe options.ctx_in = UnsafeRawPointer(context.baseAddress)
            unsafe options.ctx_size_in = UInt32(context.count)
            return unsafe bpf_prog_test_run_opts(descriptor, &options)
        }
        guard code == 0 else { throw BPFError(operation: "run \(program)", code: -code) }
    }

    /// Runs a loaded program of the section `raw_tp` once, which reads no arguments.
    ///
    /// - Returns: What the program returns.
    /// - Throws: ``BPFError`` when there is no such program or the kernel refuses.
    @discardableResult
    package func run(_ program: String) throws(BPFError) -> UInt32 {
        let descriptor = try find(program: program).descriptor
        var options = unsafe bpf_test_run_opts()
        unsafe options.sz = MemoryLayout<bpf_test_run_opts>.size
        let code = unsafe bpf_prog_test_run_opts(descriptor, &options)
        guard code == 0 else { throw BPFError(operation: "run \(program)", code: -code) }
        return unsafe options.retval
    }
}
