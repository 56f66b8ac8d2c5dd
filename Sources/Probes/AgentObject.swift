internal import ApplicationResources
internal import BPF
internal import CProbes

/// The agent's BPF object in the kernel.
///
/// ``TCPProbes`` reads its maps.
final class AgentObject {
    /// The object.
    let object: LoadedObject
    /// The loaded programs.
    let programs: AgentPrograms
    /// What the kernel lets programs do.
    let features: ProgramFeatures
    /// How many rows the stocks have.
    let rowCount: UInt32
    /// What keeps sockets from being divided by workloads, if they were to be.
    let attributionLimit: Limitation?
    /// How it is pinned; nil if it ends with this process.
    let pinned: Pinned?
    /// The generation that it takes over from, until that is done.
    var predecessor: Predecessor?
    let loader: any AgentLoader

    /// Whether programs may read the kernel's memory.
    var readsMemory: Bool { features.kernelMemory }

    /// Takes what `loader` has loaded.
    ///
    /// Nothing is attached yet.
    init(_ options: AgentObjectOptions, _ loaded: LoadedAgent, by loader: any AgentLoader) {
        let plan = AgentObjectPlan(options, on: loaded.facts.kernel)
        programs = plan.programs
        rowCount = plan.rowCount
        features = loaded.facts.kernel.programs
        attributionLimit = loaded.facts.attributionLimit
        object = loaded.object
        pinned = loaded.pinned
        self.loader = loader
    }

    /// Reads the processes of workloads; nil if this process does that itself.
    var processReader: (any ProcessReader)? { loader.processReader }

    /// Loads the object in this process, with the programs that this kernel can run.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    convenience init(_ options: AgentObjectOptions) throws(BPFError) {
        self.init(options, try LoadedAgent(options, kernel: KernelFeatures()), by: OwnLoader())
    }
}
