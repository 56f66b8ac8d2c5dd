import Confinement
import Foundation
import OTLPExport
import Probes
import Testing

@testable import AgentRuntime
@testable import Settings

/// What the agent keeps, by trying what works without capabilities.
@Suite(.enabled(if: geteuid() == 0, "only root has capabilities to give up")) struct ConfinementPlanTests {
    private func plan(
        _ permitted: CapabilitySet = .permitted,
        _ change: (inout RunSettings) throws -> Void = { _ in }
    ) throws -> ConfinementPlan {
        var settings = try RunSettings()
        try change(&settings)
        return try ConfinementPlan(settings, permitted: permitted)
    }

    /// A file that belongs to another user.
    private func foreign() throws -> String {
        let path = NSTemporaryDirectory() + "tcplens-\(UUID().uuidString)"
        try Data().write(to: URL(filePath: path))
        let owner: [FileAttributeKey: Any] = [.ownerAccountID: 1234, .posixPermissions: 0o400]
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
        let key = try foreign()
        defer { try? FileManager.default.removeItem(atPath: key) }
        let file = try plan { $0.otlp.clientKey = key }
        #expect(file.capabilities == CapabilitySet([.dacReadSearch]))
        #expect(file.reasons == ["CAP_DAC_READ_SEARCH: \(key) belongs to another user"])
        let socket = try plan { $0.otlp.endpoint = try OTLPEndpoint(url: "unix://\(key)", from: "test") }
        #expect(socket.capabilities == CapabilitySet([.dacOverride]))
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
