package import ApplicationResources
package import BPF

/// Does for the agent what needs privileges: CAP_BPF and CAP_PERFMON for loading, CAP_SYS_PTRACE for reading processes.
///
/// Everything else that the agent does with BPF works without privileges from Linux 5.19 on.
package protocol AgentLoader: Sendable {
    /// Probes the kernel, and loads the agent's object.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    func load(_ options: AgentObjectOptions) throws(ProbeError) -> LoadedAgent

    /// Makes a block of counters.
    ///
    /// - Returns: Its descriptor, which the caller closes.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func makeBlock(_ shape: CounterBlockShape) throws(BPFError) -> CInt

    /// Where programs and maps are pinned; nil if they are not.
    var pins: (any PinStore)? { get }

    /// Reads the processes of workloads; nil if the agent does that itself.
    var processReader: (any ProcessReader)? { get }
}

/// Loads in this process, with its own privileges.
package struct OwnLoader: AgentLoader {
    private let directory: PinDirectory?

    /// Creates a loader.
    ///
    /// - Parameter directory: Where to pin programs and maps; nil for nowhere.
    package init(pins directory: PinDirectory? = nil) {
        self.directory = directory
    }

    /// The directory.
    package var pins: (any PinStore)? { directory }

    /// Probes the kernel, and loads the agent's object; or adopts it, if it is pinned.
    package func load(_ options: AgentObjectOptions) throws(ProbeError) -> LoadedAgent {
        do throws(BPFError) {
            if options.isPinned, let directory { return try directory.load(options) }
            return try LoadedAgent(options, kernel: KernelFeatures())
        } catch {
            throw ProbeError(error)
        }
    }

    /// Makes a block of counters.
    package func makeBlock(_ shape: CounterBlockShape) throws(BPFError) -> CInt {
        try shape.make()
    }

    /// None: this process reads them itself.
    package var processReader: (any ProcessReader)? { nil }
}
