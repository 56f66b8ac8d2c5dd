import CommandSupport
import Configuration

/// Reads a declarative configuration of OpenTelemetry (`opentelemetry-configuration`, schema 1.1) into settings.
///
/// Parts that tcplens has no use for, such as traces, are passed over. Parts that it can't follow, such as views, are
/// problems, because the metrics would not be those that were asked for. What is not in the file has the schema's
/// default: the only environment variables that count are those that the file refers to.
struct FileReading {
    /// The settings read so far.
    var settings: RunSettings
    /// The period of the periodic readers; they must agree, because tcplens collects once for all.
    var period: Period?
    /// The limit of the readers, which must agree, too.
    var cardinalityLimit: Int?

    /// The value of `OTEL_SERVICE_NAME`, for a file that asks for it.
    let serviceName: String?
    /// The settings of an empty file.
    let defaults: RunSettings
    /// Whether the file asks for it.
    var usesServiceName = false

    /// Creates a reading that begins with the `defaults`.
    init(_ defaults: RunSettings, serviceName: String?) {
        settings = defaults
        self.defaults = defaults
        self.serviceName = serviceName
        // The schema's default is no meter provider, which is no reader.
        settings.exporters = []
    }

    /// Reads the whole file.
    mutating func read(_ root: inout Section) {
        readVersion(&root)
        for setting in RunSetting.topLevel {
            setting.read(&root, into: &settings)
        }
        root.section("resource") { readResource(&$0) }
        if root.section("meter_provider", { readMeterProvider(&$0) }) == nil {
            settings.warnings.append("there is no meter_provider in the configuration: nothing is exported")
        }
        root.section("tcplens/development") { readExtension(&$0) }
        let others = root.ignore(
            "tracer_provider",
            "logger_provider",
            "propagator",
            "attribute_limits",
            "instrumentation",
            "instrumentation/development",
            "distribution",
            "stability"
        )
        if !others.isEmpty {
            settings.warnings.append("the configuration's \(others.joined(separator: ", ")) mean nothing to tcplens")
        }
    }

    /// Checks `file_format`: minor versions of the schema only add keys, so every 1.x can be read (`VERSIONING.md`).
    private mutating func readVersion(_ root: inout Section) {
        guard let version = root.string("file_format", isRequired: true) else { return }
        let parts = version.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "1", let minor = Int(parts[1]), minor >= 0, "1.\(minor)" == version else {
            let advice = Self.isDraft(version) ? "; \(Self.draftAdvice)" : ""
            root.refuse("file_format", "expected \"1.1\" or another version 1.x that is no draft\(advice)")
            return
        }
        if minor > 1 {
            settings.warnings.append("the configuration has a newer file_format than 1.1, which tcplens knows")
        }
    }

    /// Whether `version` is older than 1.0, such as `0.4` or `1.0-rc.3`.
    private static func isDraft(_ version: String) -> Bool {
        version.hasPrefix("0.") || version.hasPrefix("1.0-")
    }

    private static let draftAdvice =
        "this one is a draft of it: write \"1.1\", and follow what is said of each key that has another name now "
        + "(https://github.com/open-telemetry/opentelemetry-configuration/blob/main/CHANGELOG.md)"

    private mutating func readExtension(_ section: inout Section) {
        for setting in RunSetting.ofTCPLens {
            setting.read(&section, into: &settings)
        }
    }
}
