import CommandSupport
import Probes
import Resource
import Testing

@testable import Settings

/// Whose sockets are distinguished, by what is set and what is not.
@Suite struct AttributionSettingTests {
    /// The settings of an environment with options over them.
    private func settings(_ environment: [String: String], _ options: RunSettings.Options = .init()) throws
        -> RunSettings
    {
        let machine = Machine(environment: environment) { _ in nil }
        return try SettingsSource(options: options, machine: machine).settings()
    }

    @Test(
        arguments: [
            ([:], false), (["TCPLENS_SCOPE": "self"], false), (["TCPLENS_SCOPE": "node"], true),
            (["TCPLENS_ATTRIBUTION": "workload"], true),
            (["TCPLENS_SCOPE": "node", "TCPLENS_ATTRIBUTION": "none"], false),
            (["TCPLENS_SCOPE": "NODE", "TCPLENS_ATTRIBUTION": "Workload"], true),
        ] as [([String: String], Bool)]
    )
    func `workloads are distinguished in scope node, unless something else is set`(
        environment: [String: String],
        isDivided: Bool
    ) throws {
        let settings = try settings(environment)
        #expect((settings.activeProbes?.attribution != nil) == isDivided)
        #expect(settings.warnings.isEmpty)
    }

    @Test func `the scope of an option decides about the default, too`() throws {
        let options = RunSettings.Options().with(RunSetting.scope, .node)
        let node = try settings([:], options)
        #expect(node.activeProbes?.attribution == AttributionOptions())
        #expect(try settings([:], options.with(RunSetting.attribution, .off)).activeProbes?.attribution == nil)
        // What is not set is not printed, so that a file with another scope has that scope's default.
        #expect(try !node.yaml().contains("attribution:"))
        #expect(try !node.yaml().contains("application_resource:"))
    }

    @Test(arguments: [("on", true), ("off", false), ("true", true), ("false", false), ("OFF", false)])
    func `applications are asked or not`(value: String, asks: Bool) throws {
        let settings = try settings(["TCPLENS_SCOPE": "node", "TCPLENS_APPLICATION_RESOURCE": value])
        #expect(settings.activeProbes?.attribution?.asksApplications == asks)
        #expect(settings.warnings.isEmpty)
    }

    @Test func `who asks applications without telling them apart learns what to set`() throws {
        let environment = ["TCPLENS_APPLICATION_RESOURCE": "on"]
        let failure = #expect(throws: Failure.self) { try settings(environment) }
        #expect(failure?.status == Failure.usage)
        #expect(failure?.message.contains("set --attribution, TCPLENS_ATTRIBUTION to workload") == true)
        #expect(try settings(["TCPLENS_APPLICATION_RESOURCE": "off"]).attributionOptions == nil)
        let node = try settings(environment, .init().with(RunSetting.scope, .node))
        #expect(node.attributionOptions?.asksApplications == true)
    }

    @Test(arguments: ["0", "32001", "many", "-1"])
    func `a limit that can't be is a warning in a variable and wrong usage in an option`(value: String) throws {
        let settings = try settings(["TCPLENS_WORKLOAD_LIMIT": value])
        #expect(settings.workloadLimit == 1000)
        #expect(settings.warnings.count == 1)
        guard let number = Int(value) else { return }
        let failure = #expect(throws: Failure.self) {
            try self.settings([:], .init().with(RunSetting.workloadLimit, number))
        }
        #expect(failure?.message == "--workload-limit must be from 1 to 32000")
    }

    @Test(arguments: ["0", "999", "4194305", "many", "-1"])
    func `a limit of connections that can't be is a warning in a variable and wrong usage in an option`(value: String)
        throws
    {
        let settings = try settings(["TCPLENS_CONNECTION_LIMIT": value])
        #expect(settings.probes.connectionLimit == nil)
        #expect(settings.warnings.count == 1)
        guard let number = Int(value) else { return }
        let failure = #expect(throws: Failure.self) {
            try self.settings([:], .init().with(RunSetting.connectionLimit, number))
        }
        #expect(failure?.message == "--connection-limit must be from 1000 to 4194304")
    }

    @Test(arguments: [
        ("TCPLENS_SCOPE", "pod"), ("TCPLENS_ATTRIBUTION", "pod"), ("TCPLENS_APPLICATION_RESOURCE", "perhaps"),
    ])
    func `a variable that makes no sense is a warning and the default`(variable: String, value: String) throws {
        let settings = try settings([variable: value])
        #expect(settings.warnings.count == 1)
        #expect(settings.activeProbes == TCPProbes.Options())
    }

    @Test func `a change of these settings needs other probes`() throws {
        let before = try settings(["TCPLENS_SCOPE": "node"]).activeProbes
        for change in [
            ["TCPLENS_SCOPE": "self", "TCPLENS_ATTRIBUTION": "workload"],
            ["TCPLENS_SCOPE": "node", "TCPLENS_ATTRIBUTION": "none"],
            ["TCPLENS_SCOPE": "node", "TCPLENS_APPLICATION_RESOURCE": "off"],
            ["TCPLENS_SCOPE": "node", "TCPLENS_WORKLOAD_LIMIT": "9"],
        ] {
            #expect(try settings(change).activeProbes != before, "\(change)")
        }
    }
}
