internal import BPF
internal import CProbes

/// An object that the build compiled from `bpf/NAME.bpf.c` and embedded in the program.
enum EmbeddedObject: String, CaseIterable, Sendable {
    /// All programs of the agent.
    case agent
    /// The same for kernels that interpret programs.
    case agentInterpreted = "agent_interpreted"
    /// The pass of `snapshot` and `top`, by port and container.
    case groups
    /// The same for kernels that interpret programs.
    case groupsInterpreted = "groups_interpreted"
    /// The events of `trace`.
    case trace
    /// The same for kernels that interpret programs.
    case traceInterpreted = "trace_interpreted"

    /// The ELF image, which is a constant of the program.
    private var elf: bpf_elf {
        switch self {
        case .agent: unsafe agent_elf
        case .agentInterpreted: unsafe agent_interpreted_elf
        case .groups: unsafe groups_elf
        case .groupsInterpreted: unsafe groups_interpreted_elf
        case .trace: unsafe trace_elf
        case .traceInterpreted: unsafe trace_interpreted_elf
        }
    }

    /// The equivalent object for kernels that do not let programs call kernel functions by name.
    var interpreted: EmbeddedObject {
        switch self {
        case .agent: .agentInterpreted
        case .groups: .groupsInterpreted
        case .trace: .traceInterpreted
        // These contain no such calls.
        case .agentInterpreted, .groupsInterpreted, .traceInterpreted: self
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
    /// - Throws: ``BPFError`` when libbpf refuses it.
    init(_ embedded: EmbeddedObject) throws(BPFError) {
        try unsafe self.init(elf: embedded.bytes, name: embedded.rawValue)
    }
}
