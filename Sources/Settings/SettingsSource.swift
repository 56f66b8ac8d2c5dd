package import CommandSupport
internal import Configuration
internal import OTLPExport
package import Resource
internal import System

/// Where the settings of `tcplens run` come from; they are read again on `SIGHUP`.
package struct SettingsSource: Sendable {
    /// The variable that names the configuration file.
    package static let fileVariable = "OTEL_CONFIG_FILE"

    /// The options of the command line.
    package var options: RunSettings.Options
    /// The environment and facts about the host.
    package var machine: Machine

    /// Creates a source.
    package init(options: RunSettings.Options, machine: Machine) {
        (self.options, self.machine) = (options, machine)
    }

    /// Reads the settings as they are now: from a file if one is named, else from the environment.
    ///
    /// - Throws: ``Failure`` if they can't be followed, or if others can write to a file that they are in or name.
    package func settings() throws(Failure) -> RunSettings {
        let variable = EnvironmentReader(machine.environment).setting(Self.fileVariable)
        let fileGuard = FileGuard(machine.environment, allowsAll: options.allowsWritableFiles)
        var settings: RunSettings
        if let file = options.file ?? variable?.value {
            try fileGuard.check(file)
            settings = try Self.settings(at: file, machine)
        } else {
            settings = try RunSettings(environmentOf: machine)
        }
        try settings.apply(options)
        settings.warnings += fileGuard.warnings
        for file in settings.credentialFiles {
            try fileGuard.check(file)
        }
        return settings
    }

    private static func settings(at file: String, _ machine: Machine) throws(Failure) -> RunSettings {
        do throws(Failure) {
            return try ConfigurationFile.settings(at: file, machine)
        } catch {
            let name = machine.environment.filter { $0.key == fileVariable && file == $0.value.trimmed }
            throw error.because(QuotationMarks.warnings(in: name, usedBy: []))
        }
    }
}

extension FileGuard {
    /// Refuses a file that must not be used.
    fileprivate func check(_ file: String) throws(Failure) {
        if let problem = problem(with: file) { throw Failure(usage: "\(file.printable()): \(problem)") }
    }
}

extension RunSettings {
    /// The files with certificates and keys that exporters use.
    package var credentialFiles: [String] { exporters.contains(.otlp) ? otlp.credentialFiles : [] }
}
