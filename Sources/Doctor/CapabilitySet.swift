/// The capabilities of a process, limited to those that tcplens needs.
struct CapabilitySet: Equatable, Sendable {
    /// A capability, by its number in the kernel (`linux/capability.h`).
    enum Capability: UInt64, CaseIterable, Sendable {
        case netBindService = 10
        case sysAdmin = 21
        case sysResource = 24
        case perfmon = 38
        case bpf = 39

        /// Its usual name.
        var name: String {
            switch self {
            case .netBindService: "CAP_NET_BIND_SERVICE"
            case .sysAdmin: "CAP_SYS_ADMIN"
            case .sysResource: "CAP_SYS_RESOURCE"
            case .perfmon: "CAP_PERFMON"
            case .bpf: "CAP_BPF"
            }
        }
    }

    private let bits: UInt64

    /// Reads the effective capabilities from the text of `/proc/self/status`; empty if they are not in it.
    init(status: String) {
        bits = status.field("CapEff").flatMap { UInt64($0, radix: 16) } ?? 0
    }

    /// Whether the process has it.
    func contains(_ capability: Capability) -> Bool { bits & 1 << capability.rawValue != 0 }

    /// The capabilities that programs need and the process lacks.
    ///
    /// `CAP_SYS_ADMIN` includes both (`capabilities(7)`).
    var missing: [Capability] {
        contains(.sysAdmin) ? [] : [.bpf, .perfmon].filter { !contains($0) }
    }
}

extension String {
    /// The value after `name:` at the beginning of a line, as in files below /proc.
    func field(_ name: String) -> String? {
        split(separator: "\n").first { $0.hasPrefix("\(name):") }
            .map { String($0.dropFirst(name.count + 1).drop(while: \.isWhitespace)) }
    }
}
