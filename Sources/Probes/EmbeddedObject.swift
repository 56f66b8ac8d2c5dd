internal import BPF
internal import CProbes

/// An object that the build compiled from `bpf/NAME.bpf.c` and embedded in the program.
enum EmbeddedObject: String, CaseIterable, Sendable {
    /// All programs of the agent.
    case agent
    /// The pass of `snapshot` and `top`, by port and container.
    case groups
    /// The events of `trace`.
    case trace

    /// The ELF image, which is a constant of the program.
    private var elf: bpf_elf {
        switch self {
        case .agent: unsafe agent_elf
        case .groups: unsafe groups_elf
        case .trace: unsafe trace_elf
        }
    }

    /// Its bytes, which live as long as the process.
    var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: elf.bytes, count: elf.size)
    }
}

extension Object {
    /// Parses an embedded object.
    ///
    /// The kernel sees nothing until it is loaded.
    ///
    /// - Parameters:
    ///   - embedded: The object.
    ///   - callsFunctions: Whether its programs may call functions of the kernel by name. A kernel that interprets
    ///     programs refuses that.
    /// - Throws: ``BPFError`` when libbpf refuses it.
    init(_ embedded: EmbeddedObject, callsFunctions: Bool = true) throws(BPFError) {
        try unsafe self.init(elf: embedded.bytes, name: embedded.rawValue, callsFunctions: callsFunctions)
    }
}
