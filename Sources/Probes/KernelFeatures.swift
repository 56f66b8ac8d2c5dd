internal import BPF

/// What this kernel has of what the probes can use; the rest goes on without.
struct KernelFeatures: Equatable {
    /// Whether `tcp_retransmit_skb` tells of segments that could not be sent, too (from 6.17 on).
    var retransmitTellsErrors: Bool
    /// The tracepoints that are missing, of those asked for.
    var missingTracepoints: Set<String>

    /// Asks the kernel.
    ///
    /// - Throws: ``ProbeError`` when the kernel has no BTF.
    init(tracepoints: [String]) throws(ProbeError) {
        do throws(BPFError) {
            let types = try KernelBTF()
            var missing: Set<String> = []
            for name in tracepoints where types.argumentCount(ofTracepoint: name) == nil {
                missing.insert(name)
            }
            missingTracepoints = missing
            retransmitTellsErrors = (types.argumentCount(ofTracepoint: "tcp_retransmit_skb") ?? 0) >= 3
        } catch {
            throw ProbeError(error)
        }
    }
}
