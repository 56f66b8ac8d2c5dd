internal import CommandSupport
import FoundationEssentials
import Glibc
import Metrics
import OTLPExport
import Pipeline
import Probes
import Resource
package import Settings

/// All checks of `doctor`, in the order in which `run` would need them.
package struct Examination: Sendable {
    /// The source of the settings, which is the same as for `run`.
    package var source: SettingsSource

    /// Creates an examination of what `run` would do with the settings of `source`.
    package init(source: SettingsSource) {
        self.source = source
    }

    /// The default limit of `run` for a collection and its exports.
    private static let longestExport = Duration.seconds(30)

    /// Runs all checks, and passes each to `report` as soon as it is done.
    ///
    /// - Throws: The error of `report`.
    package func run(_ report: (Check) throws -> Void) async throws {
        let (settings, checks) = configuration
        for check in checks { try report(check) }
        // Invalid settings are no reason to skip the checks of the machine.
        let probes = settings.map(\.activeProbes) ?? TCPProbes.Options()
        let pin = settings?.pin
        for check in await machine(probes, isPinning: pin != nil) { try report(check) }
        try report(await runBlocking { .pinnedState(pin) })
        guard let settings else { return }
        for check in await runBlocking({ ConfinementChecks(settings).checks }) { try report(check) }
        if !source.options.once {
            for check in await ListenerChecks(settings: settings).checks() { try report(check) }
        }
        for check in await destinations(settings) { try report(check) }
    }

    /// The settings, unless they are invalid, and the checks of them.
    private var configuration: (settings: RunSettings?, checks: [Check]) {
        let name = "configuration"
        do throws(Failure) {
            let settings = try source.settings()
            if source.options.once {
                try settings.expectSender()
            }
            var checks: [Check] = [.ok(name, settings.file ?? "the environment and options")]
            checks += settings.warnings.map { .warning(name, $0, nil) }
            if settings.isDisabled {
                let setting = RunSetting.disabled.name.text(for: settings)
                let command = settings.file == nil ? "unset \(setting)" : nil
                let remedy = Check.Remedy("Unset it to observe anything", command)
                checks.append(.warning(name, "disabled (\(setting)): nothing is observed or exported", remedy))
            } else if settings.exporters.isEmpty {
                let remedy = Check.Remedy(
                    "Set \(SettingName.exporters.text(for: settings)) to otlp, prometheus or console"
                )
                checks.append(.warning(name, "no exporter: nothing leaves", remedy))
            }
            return (settings, checks)
        } catch {
            let remedy = Check.Remedy("Correct it, and check how tcplens reads it", "tcplens run --print-config")
            return (nil, error.message.split(separator: "\n").map { .failed(name, String($0), remedy) })
        }
    }

    /// The checks of the machine.
    ///
    /// No programs are loaded if nothing is to be observed.
    private func machine(_ probes: TCPProbes.Options?, isPinning: Bool) async -> [Check] {
        let facts = KernelFacts(of: source.machine)
        let isKubernetes = source.machine.environment["KUBERNETES_SERVICE_HOST"] != nil
        let checks = await runBlocking { () -> [Check] in
            guard let probes else { return [] }
            let trial = ProgramTrial(probes)
            let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "tcplens"
            let scope = ScopeChecks.examine(probes, trial, mounts: facts.mounts, isKubernetes: isKubernetes) {
                FileManager.default.fileExists(atPath: $0)
            }
            return KernelChecks(facts: facts, program: program).checks(trial) + ProgramChecks(trial: trial).checks
                + scope.checks
        }
        let groups = ControlGroups.visible()
        return checks + SurroundingsChecks(mounts: facts.mounts, controlGroups: groups, isPinning: isPinning).checks
    }

    /// The checks of where the metrics are sent or served.
    private func destinations(_ settings: RunSettings) async -> [Check] {
        var checks: [Check] = []
        for plan in settings.exporterPlans {
            switch plan {
            case .otlp(let configuration):
                if let path = configuration.spool {
                    checks.append(await runBlocking { .spool(path, limit: configuration.spoolLimit) })
                }
                checks += await EndpointChecks(
                    configuration: configuration,
                    budget: Self.budget(settings),
                    sample: sample(settings)
                ).checks()
            case .console:
                checks.append(.ok("console", "standard output can be written"))
            case .prometheus:
                // Only its address to listen on needs a check.
                break
            }
        }
        return checks
    }

    /// How long `run --once` would try to export.
    private static func budget(_ settings: RunSettings) -> Duration {
        [settings.otlp.timeout, settings.timeout, longestExport].compactMap(\.self).min() ?? longestExport
    }

    /// Some real metrics of this process.
    private func sample(_ settings: RunSettings) -> [ResourceMetrics] {
        let start = Timestamp.now
        let metrics = ProcessMetrics(start: start).metrics(at: .now)
        let scope = Scope(name: Program.name, version: Program.version, schemaURL: Program.schemaURL)
        // With another instance than the running agent, so that their series are not mixed.
        let observed = AgentResource.resource(of: source.machine, settings.resource, as: .single(number: 0))
        let resource = AgentResource.ofAgent(observed, processIdentifier: getpid())
        return [ResourceMetrics(resource: resource, scopes: [ScopeMetrics(scope: scope, metrics: metrics)])]
    }
}
