internal import CPlatform
package import System

/// A capability, by its number in the kernel (`linux/capability.h`).
package enum Capability: UInt64, CaseIterable, Sendable {
    case dacOverride = 1
    case dacReadSearch = 2
    case netBindService = 10
    case sysPtrace = 19
    case sysAdmin = 21
    case sysResource = 24
    case perfmon = 38
    case bpf = 39

    /// Its usual name.
    package var name: String {
        switch self {
        case .dacOverride: "CAP_DAC_OVERRIDE"
        case .dacReadSearch: "CAP_DAC_READ_SEARCH"
        case .netBindService: "CAP_NET_BIND_SERVICE"
        case .sysPtrace: "CAP_SYS_PTRACE"
        case .sysAdmin: "CAP_SYS_ADMIN"
        case .sysResource: "CAP_SYS_RESOURCE"
        case .perfmon: "CAP_PERFMON"
        case .bpf: "CAP_BPF"
        }
    }
}

/// A set of capabilities, as the kernel writes it: a bit for each.
package struct CapabilitySet: Hashable, Sendable {
    /// The bits.
    package let bits: UInt64

    /// Creates a set from the kernel's bits.
    package init(bits: UInt64) {
        self.bits = bits
    }

    /// Creates a set.
    package init(_ capabilities: [Capability]) {
        bits = capabilities.reduce(0) { $0 | 1 << $1.rawValue }
    }

    /// Whether it is empty.
    package var isEmpty: Bool { bits == 0 }

    /// Whether it contains a capability.
    package func contains(_ capability: Capability) -> Bool { bits & 1 << capability.rawValue != 0 }

    /// What is in both sets.
    package func intersection(_ other: CapabilitySet) -> CapabilitySet { CapabilitySet(bits: bits & other.bits) }

    /// The capabilities that loading programs needs and that are missing here.
    ///
    /// CAP_SYS_ADMIN includes both (`capabilities(7)`).
    package var missing: [Capability] {
        contains(.sysAdmin) ? [] : [.bpf, .perfmon].filter { !contains($0) }
    }

    /// What it takes to load programs, of what is in this set.
    package var forLoading: CapabilitySet {
        let needed: [Capability] =
            contains(.bpf) && contains(.perfmon) ? [.bpf, .perfmon] : [.bpf, .perfmon, .sysAdmin]
        return intersection(CapabilitySet(needed))
    }

    /// The names of its capabilities, separated by commas; numbers for those that have no name here.
    package var description: String {
        let names = (0..<UInt64(64)).filter { bits >> $0 & 1 == 1 }.map { number in
            Capability(rawValue: number)?.name ?? "capability \(number)"
        }
        return names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    /// What the calling thread may have in its effective set.
    package static var permitted: CapabilitySet {
        var sets = CPlatform_capabilities()
        guard unsafe CPlatform_getCapabilities(&sets) == 0 else { return CapabilitySet(bits: 0) }
        return CapabilitySet(bits: sets.permitted)
    }

    /// Gives up all capabilities of the calling thread except these, for ever.
    ///
    /// - Throws: ``SystemError`` when the kernel refuses, for example because the thread does not have them.
    package func keepOnly() throws(SystemError) {
        CPlatform_limitBoundingSet(bits)
        try reduce()
    }

    /// Gives up more, after ``keepOnly()``.
    ///
    /// - Throws: ``SystemError`` when the kernel refuses.
    package func reduce() throws(SystemError) {
        try set(effective: bits, permitted: bits)
    }

    /// What `body` returns without any capability in effect.
    ///
    /// The calling thread has them again afterwards.
    ///
    /// - Throws: ``SystemError`` when the kernel refuses.
    package static func without<Result>(_ body: () -> Result) throws(SystemError) -> Result {
        let permitted = permitted
        try permitted.set(effective: 0, permitted: permitted.bits)
        let result = body()
        try permitted.set(effective: permitted.bits, permitted: permitted.bits)
        return result
    }

    private func set(effective: UInt64, permitted: UInt64) throws(SystemError) {
        var sets = CPlatform_capabilities(effective: effective, permitted: permitted, inheritable: 0)
        let code = unsafe CPlatform_setCapabilities(&sets)
        guard code == 0 else { throw SystemError(operation: "give up capabilities", code: code) }
    }
}
