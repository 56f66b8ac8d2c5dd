internal import BPF

/// The kernel's description of its own types (BTF), without which no program can be loaded.
package enum KernelTypes {
    /// Where the kernel shows it.
    package static var path: String { KernelBTF.path }

    /// Reads it as the probes do.
    ///
    /// - Throws: ``ProbeError`` when there is none.
    package static func check() throws(ProbeError) {
        do throws(BPFError) {
            _ = try KernelBTF()
        } catch {
            throw ProbeError(error)
        }
    }
}
