import BPF
package import Confinement
import FoundationEssentials
import Glibc
import OTLPExport
import Probes
package import Settings
package import System

/// What the agent keeps while it serves, and what the broker keeps.
package struct ConfinementPlan: Equatable {
    /// The capabilities of the agent.
    package var capabilities: CapabilitySet
    /// The capabilities of the broker.
    package var brokerCapabilities: CapabilitySet
    /// Why the agent keeps capabilities, a line for each reason.
    package var reasons: [String]

    /// Finds out what `settings` need of the capabilities that this process has.
    ///
    /// The kernel is asked by trying it without any. That changes the calling thread for a moment.
    ///
    /// - Parameters:
    ///   - settings: What the agent is to do.
    ///   - permitted: The capabilities that this process has.
    /// - Throws: ``SystemError`` when the kernel refuses to give up and take back capabilities.
    package init(_ settings: RunSettings, permitted: CapabilitySet) throws(SystemError) {
        let trial = try CapabilitySet.without { Trial(settings) }
        var (kept, broker): (UInt64, UInt64) = (0, permitted.forLoading.bits)
        var reasons: [String] = []
        func keep(_ capabilities: [Capability], _ reason: String) {
            let held = permitted.intersection(CapabilitySet(capabilities))
            guard !held.isEmpty else { return }
            kept |= held.bits
            reasons.append("\(held.description): \(reason)")
        }
        if !trial.readsMaps {
            keep(
                permitted.contains(.bpf) ? [.bpf] : [.sysAdmin],
                "this kernel (before 5.19) demands it for reading maps"
            )
            // Such kernels may count the memory of maps against RLIMIT_MEMLOCK.
            broker |= permitted.intersection(CapabilitySet([.sysResource])).bits
        }
        for address in trial.lowPorts { keep([.netBindService], "it listens on \(address)") }
        for path in trial.unreadable { keep([.dacReadSearch], "\(path) belongs to another user") }
        if let path = trial.deniedSocket { keep([.dacOverride], "the socket \(path) belongs to another user") }
        if settings.attributionOptions?.asksApplications == true, !settings.isDisabled {
            broker |= permitted.intersection(CapabilitySet([.sysPtrace])).bits
        }
        capabilities = CapabilitySet(bits: kept)
        brokerCapabilities = CapabilitySet(bits: broker)
        self.reasons = reasons
    }

    /// What works without capabilities.
    private struct Trial {
        var readsMaps: Bool
        var lowPorts: [ListenAddress]
        var unreadable: [String]
        var deniedSocket: String?

        init(_ settings: RunSettings) {
            readsMaps = UnprivilegedReading.isAllowed
            let first = (try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding: .utf8))
                .flatMap { Int($0.trimmed) }
            lowPorts = settings.listenerPlans.map(\.address).filter { $0.port > 0 && $0.port < first ?? 1024 }
            unreadable = settings.readPaths.filter { Self.isDenied($0, R_OK) }
            let socket = settings.otlp.endpoint.isSocket ? settings.otlp.endpoint.host : nil
            deniedSocket =
                settings.exporters.contains(.otlp) ? socket.flatMap { Self.isDenied($0, W_OK) ? $0 : nil } : nil
        }

        private static func isDenied(_ path: String, _ access: CInt) -> Bool {
            unsafe faccessat(AT_FDCWD, path, access, CInt(AT_EACCESS)) != 0 && errno == EACCES
        }
    }
}

extension RunSettings {
    /// The files that are read while the agent serves, as the settings name them.
    var readPaths: [String] {
        ([file].compactMap(\.self) + credentialFiles).map(Self.absolute)
    }

    /// The directories whose content changes while the agent serves.
    var changedPaths: [String] {
        exporters.contains(.otlp) ? [otlp.spool].compactMap(\.self).map(Self.absolute) : []
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
