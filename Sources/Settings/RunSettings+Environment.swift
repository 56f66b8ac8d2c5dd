internal import CommandSupport
internal import Configuration
import OTLPExport
import Resource
import System

extension RunSettings {
    /// Reads the settings from the environment of `machine`.
    ///
    /// - Throws: ``Failure`` if they can't be followed.
    init(environmentOf machine: Machine) throws(Failure) {
        let quotes = QuotationMarks.warnings(in: machine.environment)
        do throws(Failure) {
            try self.init(variablesOf: machine)
        } catch {
            throw error.because(quotes)
        }
        warnings += quotes + RenamedVariables.warnings(in: machine.environment)
    }

    private init(variablesOf machine: Machine) throws(Failure) {
        try self.init()
        var reader = EnvironmentReader(machine.environment)
        do {
            otlp = try OTLPConfiguration(&reader)
        } catch {
            throw Failure(usage: "\(error)")
        }
        exporters = Self.exporters(&reader)
        for setting in RunSetting.all {
            try setting.read(&reader, into: &self)
        }
        // Standard output has no variable of its own: it shows what OTLP would have.
        consoleHistograms = otlp.histograms
        resource = ResourceSettings(of: machine) { reader.warn($0) }
        warnings = reader.warnings
    }

    /// What some SDKs called exporters, or still call them.
    private static let renamedExporters = [
        "logging": "console", "stdout": "console", "otlp_proto_http": "otlp", "otlp_proto_grpc": "otlp",
        "otlp_http": "otlp",
        "otlp/http": "otlp",
    ]

    private static func exporters(_ reader: inout EnvironmentReader) -> [ExporterKind] {
        let choices = Choices<ExporterKind>()
        guard let name = SettingName.exporters.variable, let setting = reader.setting(name) else { return [.otlp] }
        var kinds: [ExporterKind] = []
        var isNone = false
        for member in setting.value.listed {
            if let kind = choices.value(named: member.lowercased()) {
                kinds += kinds.contains(kind) ? [] : [kind]
            } else if member.lowercased() == "none" {
                isNone = true
            } else {
                let successor = Self.renamedExporters[member.lowercased()].map { "; it is called \($0) now" } ?? ""
                reader.warn(
                    "\(name): '\(member.printable())' is ignored: "
                        + "expected \(choices.names.joined(separator: ", ")) or none\(successor)"
                )
            }
        }
        // "none" means no exporter at all, whatever is listed beside it.
        return isNone ? [] : kinds.isEmpty ? [.otlp] : kinds
    }
}
