import CommandSupport
import Logging
import Metrics
import Resource
import Settings

extension Agent {
    /// Logs what the agent does.
    ///
    /// The programs are only logged if there is a `report` of new ones.
    func logStart(_ report: ProbeReport?) {
        if let yaml = try? settings.yaml(isOnOneLine: true) {
            let source = settings.file ?? "the environment"
            logger.info("configuration from \(source) and options: \(yaml.filter { !$0.isNewline })")
        }
        guard !settings.isDisabled else {
            let setting = RunSetting.disabled.name.text(for: settings)
            logger.notice("disabled by its configuration (\(setting)): nothing is observed, nothing exported")
            return
        }
        let resource = identity.resource.attributes
        let kernel = resource["os.version"].map { " \($0)" } ?? ""
        let name = ["service.name", "host.name"].compactMap { resource[$0]?.description }.joined(separator: " on ")
        let programs = report.map { ": programs \($0.programs.joined(separator: ", "))" } ?? ""
        let destinations = settings.exporterPlans.map(\.destination).joined(separator: ", ")
        logger.info(
            """
            tcplens \(Program.version) on Linux\(kernel) as \(name)\(programs); \
            observing \(settings.observationText); every \(settings.interval) to \
            \(destinations.isEmpty ? "nowhere" : destinations)
            """
        )
        for limitation in report?.limitations ?? [] {
            logger.notice("\(limitation)")
        }
    }

    /// Logs the warning of `identity`, if it has one.
    func logWarning(of identity: AgentIdentity) {
        if let warning = identity.warning {
            logger.warning("\(warning)")
        }
    }

    /// Logs to standard error from `level` on.
    ///
    /// Conditions that were logged before are logged again.
    func log(from level: Logger.Level) {
        logger = Logger.standardError(level)
        log = RoundLog(logger: logger)
        scrapeLog = RoundLog(logger: logger)
        notices.follow(logger)
        report?.logger = logger
    }
}
