import AgentRuntime
import Broker
import Confinement
import Settings
import System

/// The checks of what `run` would give up after its start, and what it would keep.
struct ConfinementChecks {
    /// What is to be given up.
    var parts: Set<ConfinementPart>
    /// The capabilities that this process has.
    var permitted: CapabilitySet
    /// What of these would be kept; nil if the kernel does not let it be found out.
    var plan: ConfinementPlan?
    /// The version of Landlock, or 0 without it.
    var landlock = FileRules.version
    /// Whether system calls can be limited.
    var hasSeccomp = SystemCalls.canBeLimited

    /// Examines this process.
    ///
    /// The calling thread has no capabilities for a moment.
    init(_ settings: RunSettings) {
        parts = settings.confinement
        permitted = .permitted
        plan = try? ConfinementPlan(settings, permitted: permitted)
    }

    /// The checks; none of them can stop `run` from working.
    var checks: [Check] { [capabilities, privileges, files, systemCalls] + kept }

    private func check(_ part: ConfinementPart, _ found: () -> Check) -> Check {
        parts.contains(part) ? found() : .warning(part.title, "not given up, as the settings ask", .confinement)
    }

    private var capabilities: Check {
        check(.capabilities) {
            let name = ConfinementPart.capabilities.title
            guard let plan else { return .warning(name, "what can be given up is unknown", nil) }
            let keeper = "\(Broker.processName) keeps \(plan.brokerCapabilities.description)"
            guard !permitted.isEmpty else { return .ok(name, "this process has none") }
            guard !plan.capabilities.isEmpty else { return .ok(name, "all given up after the start; \(keeper)") }
            return .ok(name, "given up after the start, except \(plan.capabilities.description); \(keeper)")
        }
    }

    /// The reasons why capabilities are kept.
    private var kept: [Check] {
        guard parts.contains(.capabilities) else { return [] }
        return (plan?.reasons ?? []).map { .ok("kept", $0) }
    }

    private var privileges: Check {
        check(.noNewPrivileges) { .ok(ConfinementPart.noNewPrivileges.title, "given up after the start") }
    }

    private var files: Check {
        check(.landlock) {
            let name = ConfinementPart.landlock.title
            guard landlock > 0 else {
                return .warning(
                    name,
                    "this kernel has no Landlock, or it is off: files are only protected by their permissions",
                    Check.Remedy(
                        "Use a kernel from 5.13 on, with landlock in its lsm= list",
                        "cat /sys/kernel/security/lsm"
                    )
                )
            }
            return .ok(name, "version \(landlock): only what is needed can be opened after the start")
        }
    }

    private var systemCalls: Check {
        check(.seccomp) {
            let name = ConfinementPart.seccomp.title
            guard hasSeccomp else { return .warning(name, "this kernel has no seccomp", nil) }
            return .ok(name, "only what is needed can be called after the start")
        }
    }
}

extension ConfinementPart {
    /// What `doctor` calls it.
    var title: String {
        switch self {
        case .capabilities: "privileges"
        case .noNewPrivileges: "new privileges"
        case .landlock: "files"
        case .seccomp: "system calls"
        }
    }
}

extension Check.Remedy {
    /// How to give everything up.
    fileprivate static let confinement = Check.Remedy("Give everything up that is not needed: --confinement all")
}
