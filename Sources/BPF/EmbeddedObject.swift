internal import CProbes

/// An object that the build compiled from `bpf/NAME.bpf.c` and put into the program.
package enum EmbeddedObject: String, CaseIterable, Sendable {
    /// The pass that counts connections.
    case connectionCount = "connection_count"
    /// The pass that counts connections by port and container, and the queues of each listener.
    case connectionGroups = "connection_groups"
    /// What follows connections through their states.
    case connections
    /// The same, for kernels that interpret programs.
    case connectionsInterpreted = "connections_interpreted"
    /// The histograms of response times.
    case responseTime = "response_time"
    /// The same, for kernels that interpret programs.
    case responseTimeInterpreted = "response_time_interpreted"
    /// The counters of resets.
    case resets
    /// The counters of retransmits.
    case retransmits
    /// The same, for kernels that interpret programs.
    case retransmitsInterpreted = "retransmits_interpreted"
    /// The events of `trace`.
    case trace
    /// The same, for kernels that interpret programs.
    case traceInterpreted = "trace_interpreted"

    /// The ELF image; a constant of the program.
    private var elf: bpf_elf {
        switch self {
        case .connectionCount: unsafe connection_count_elf
        case .connectionGroups: unsafe connection_groups_elf
        case .connections: unsafe connections_elf
        case .connectionsInterpreted: unsafe connections_interpreted_elf
        case .resets: unsafe resets_elf
        case .responseTime: unsafe response_time_elf
        case .responseTimeInterpreted: unsafe response_time_interpreted_elf
        case .retransmits: unsafe retransmits_elf
        case .retransmitsInterpreted: unsafe retransmits_interpreted_elf
        case .trace: unsafe trace_elf
        case .traceInterpreted: unsafe trace_interpreted_elf
        }
    }

    /// The object that does the same on a kernel whose programs may not call its functions by name.
    package var interpreted: EmbeddedObject {
        switch self {
        case .connections: .connectionsInterpreted
        case .responseTime: .responseTimeInterpreted
        case .retransmits: .retransmitsInterpreted
        case .trace: .traceInterpreted
        // These call none.
        default: self
        }
    }

    /// Its bytes, which outlive every use.
    var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: elf.bytes, count: elf.size)
    }
}

extension Object {
    /// Parses an embedded object; nothing reaches the kernel until ``load()``.
    ///
    /// - Throws: ``BPFError`` when libbpf refuses it.
    package init(_ embedded: EmbeddedObject) throws(BPFError) {
        try unsafe self.init(elf: embedded.bytes, name: embedded.rawValue)
    }
}
