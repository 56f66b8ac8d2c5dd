internal import BPF

/// The kernel's description of its own types (BTF).
///
/// No program can be loaded without it.
package enum KernelTypes {
    /// The file that contains it.
    package static var path: String { KernelBTF.path }

    /// Reads it in the same way as the probes.
    ///
    /// - Throws: ``ProbeError`` when it does not exist.
    package static func check() throws(ProbeError) {
        do throws(BPFError) {
            _ = try KernelBTF()
        } catch {
            throw ProbeError(error)
        }
    }
}
