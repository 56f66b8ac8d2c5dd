import Confinement
import Foundation
import Probes
import Testing

@testable import AgentRuntime
@testable import Settings

/// What the agent keeps, by trying what works without capabilities.
@Suite(.enabled(if: geteuid() == 0, "only root has capabilities to give up")) struct ConfinementPlanTests {
    private func plan(
        _ permitted: CapabilitySet = .permitted,
        _ change: (inout RunSettings) -> Void = { _ in }
    ) throws -> ConfinementPlan {
        var settings = try RunSettings()
        change(&settings)
        return try ConfinementPlan(settings, permitted: permitted)
    }

    /// A file or directory that belongs to another user.
    private func foreign(isDirectory: Bool = false) throws -> String {
        let path = NSTemporaryDirectory() + "tcplens-\(UUID().uuidString)"
        if isDirectory {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        } else {
            try Data().write(to: URL(filePath: path))
        }
        let owner: [FileAttributeKey: Any] = [.ownerAccountID: 1234, .posixPermissions: isDirectory ? 0o700 : 0o400]
        try FileManager.default.setAttributes(owner, ofItemAtPath: path)
        return path
    }

    @Test func `nothing is kept by default, and the broker keeps what loading takes`() throws {
        let plan = try plan()
        #expect(plan.capabilities.isEmpty && plan.reasons.isEmpty, "\(plan)")
        #expect(plan.brokerCapabilities == CapabilitySet([.bpf, .perfmon]))
        // They are in effect again.
        #expect(CapabilitySet.permitted.contains(.bpf))
    }

    @Test func `the broker may read processes only if applications are asked`() throws {
        let asking = try plan { $0.attribution = .workload }
        #expect(asking.brokerCapabilities == CapabilitySet([.bpf, .perfmon, .sysPtrace]))
        #expect(asking.capabilities.isEmpty)
        let silent = try plan {
            $0.attribution = .workload
            $0.applicationResource = false
        }
        #expect(silent.brokerCapabilities == CapabilitySet([.bpf, .perfmon]))
    }

    @Test func `the broker keeps CAP_SYS_ADMIN only in the place of the two`() throws {
        #expect(try plan(CapabilitySet([.sysAdmin])).brokerCapabilities == CapabilitySet([.sysAdmin]))
        let all = CapabilitySet([.sysAdmin, .bpf, .perfmon, .dacOverride])
        #expect(try plan(all).brokerCapabilities == CapabilitySet([.bpf, .perfmon]))
        #expect(try plan(CapabilitySet([])).brokerCapabilities.isEmpty)
    }

    @Test func `what the settings can't do without is kept, with the reason`() throws {
        let port = try plan { $0.health = ListenAddress(host: "127.0.0.1", port: 80) }
        #expect(port.capabilities == CapabilitySet([.netBindService]))
        #expect(port.reasons == ["CAP_NET_BIND_SERVICE: it listens on 127.0.0.1:80"])
        let (key, spool) = (try foreign(), try foreign(isDirectory: true))
        defer { for path in [key, spool] { try? FileManager.default.removeItem(atPath: path) } }
        let files = try plan {
            $0.otlp.clientKey = key
            $0.otlp.spool = spool
        }
        #expect(files.capabilities == CapabilitySet([.dacReadSearch, .dacOverride]))
        #expect(files.reasons.contains("CAP_DAC_READ_SEARCH: \(key) belongs to another user"))
        #expect(files.reasons.contains("CAP_DAC_OVERRIDE: \(spool) belongs to another user"))
        // What is not exported by OTLP needs no key.
        let console = try plan {
            $0.otlp.clientKey = key
            $0.exporters = [.console]
        }
        #expect(console.capabilities.isEmpty)
    }
}

@Suite struct FilePlanTests {
    @Test func `directories of what may be replaced are readable, and only the spool can be changed`() throws {
        var settings = try RunSettings()
        settings.file = "/srv/tcplens/tcplens.yaml"
        settings.otlp.certificate = "/srv/pki/ca.pem"
        settings.otlp.spool = "/srv/spool"
        let rules = FilePlan.rules(for: settings)
        #expect(rules.readable.isSuperset(of: ["/srv/tcplens", "/srv/pki", "/proc"]))
        #expect(rules.changeable == ["/srv/spool", "/dev/null"])
        #expect(rules.readable.isDisjoint(with: ["/", "/srv", "/srv/spool", "/root", "/home", "/var", "/run"]))
    }
}
