import CommandSupport
import Configuration
import OTLPExport
import Resource
import System
import YAML

/// A file that `--config` or `OTEL_CONFIG_FILE` names.
enum ConfigurationFile {
    /// Reads the settings in the file at `path`; references in it are to the environment of `machine`.
    ///
    /// - Throws: ``Failure`` with all mistakes, one line for each.
    static func settings(at path: String, _ machine: Machine) throws(Failure) -> RunSettings {
        // By the specification the extension defines the format, and it must be one of these.
        guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else {
            throw Failure(usage: "\(path): the name of a configuration file must end in .yaml or .yml")
        }
        let text: [UInt8]
        do throws(YAMLError) {
            text = try YAMLNode.contents(ofFile: path)
        } catch {
            throw Failure(usage: "\(path): \(error.reason)")
        }
        return try settings(in: text, of: path, machine)
    }

    /// Reads the settings in `text`, the contents of the file at `path`.
    ///
    /// - Throws: ``Failure`` with all mistakes, one line for each.
    static func settings(in text: [UInt8], of path: String, _ machine: Machine) throws(Failure) -> RunSettings {
        let serviceName = EnvironmentReader(machine.environment).setting("OTEL_SERVICE_NAME")
        var reading = FileReading(try RunSettings(), serviceName: serviceName?.value)
        let document: ConfigurationDocument
        do throws(Problems) {
            document = try ConfigurationDocument(text, file: path, environment: machine.environment)
        } catch {
            throw Failure(usage: error.description)
        }
        var used = document.variables
        var quotes = QuotationMarks.warnings(in: machine.environment, usedBy: used)
        do throws(Problems) {
            try document.read { reading.read(&$0) }
        } catch {
            throw Failure(usage: ([error.description] + quotes).joined(separator: "\n"))
        }
        if reading.usesServiceName {
            used.insert("OTEL_SERVICE_NAME")
            quotes = QuotationMarks.warnings(in: machine.environment, usedBy: used)
        }
        reading.settings.warnings += quotes + ignoredVariables(machine.environment, besides: used)
        reading.settings.file = path
        do throws(ConfigurationError) {
            // A proxy belongs to the machine and has no key in the schema.
            let environment = EnvironmentReader(machine.environment)
            let proxy = try ProxySettings(environment, for: reading.settings.otlp.endpoint)
            reading.settings.otlp.proxy = proxy
            reading.settings.warnings += proxy.warnings
        } catch {
            throw Failure(usage: "\(error)").because(quotes)
        }
        return reading.settings
    }

    /// Warns about variables that are set but have no effect, because a file replaces them.
    private static func ignoredVariables(_ environment: [String: String], besides used: Set<String>) -> [String] {
        let names = environment.filter { name, value in
            (name.hasPrefix("OTEL_") || name.hasPrefix("TCPLENS_")) && !value.isEmpty
                && ![SettingsSource.fileVariable, FileGuard.variable].contains(name)
                && !used.contains(name)
        }.keys.sorted()
        guard !names.isEmpty else { return [] }
        let list = names.map { $0.printable() }.joined(separator: ", ")
        return ["with a configuration file these variables mean nothing: \(list)"]
    }
}
