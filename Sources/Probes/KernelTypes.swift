internal import BPF

/// The kernel's description of its own types (BTF), without which no program can be loaded.
public enum KernelTypes {
    /// Where the kernel shows it.
    public static var path: String { KernelBTF.path }

    /// Reads it as the probes do.
    ///
    /// - Throws: ``ProbeError`` when there is none.
    public static func check() throws(ProbeError) {
        _ = try KernelFeatures(tracepoints: [])
    }
}
