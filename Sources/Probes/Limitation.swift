/// Something that can't be measured here, with the reason that was found.
package struct Limitation: Codable, Hashable, Sendable, CustomStringConvertible, ExpressibleByStringInterpolation {
    /// Why it can't be measured.
    package enum Cause: String, Codable, Hashable, Sendable {
        /// The kernel is too old.
        case version
        /// `lockdown=confidentiality`: programs may not read arbitrary kernel memory.
        case lockdown
        /// The BPF compiler (JIT) is off.
        case compiler
    }

    /// Why it can't be measured.
    package var cause: Cause
    /// One line: what the kernel lacks, and what is missing as a result.
    package var description: String

    /// Creates a limitation.
    package init(_ cause: Cause, _ description: String) {
        (self.cause, self.description) = (cause, description)
    }

    /// Creates a limitation whose cause is the kernel's version.
    package init(stringLiteral text: String) {
        self.init(.version, text)
    }

    static func noAtomics(_ lost: String) -> Self {
        Self(.version, "no atomic instructions in programs of this kernel: \(lost)")
    }

    static func noTracepoint(_ name: String, _ lost: String) -> Self {
        Self(.version, "no tracepoint \(name) on this kernel: \(lost)")
    }

    static func lockdown(_ lost: String) -> Self {
        Self(.lockdown, "programs may not read the kernel's memory (lockdown=confidentiality): \(lost)")
    }

    static func interpreted(_ lost: String) -> Self {
        Self(.compiler, "the BPF compiler is off (net.core.bpf_jit_enable), so programs can't call the kernel: \(lost)")
    }
}
