import CommandSupport
import Configuration
import Metrics
import OTLPExport
import Probes
import Resource

/// Reads a declarative configuration of OpenTelemetry (`opentelemetry-configuration`, schema 1.1) into settings.
///
/// What tcplens has no use for, as traces, is passed over; what it can't do, as views, is a problem, for then the metrics
/// would not be those that were asked for. What is not in the file has the schema's default: no environment variable counts
/// but those that the file refers to.
struct FileReading {
    /// The settings, as far as they are read.
    var settings: RunSettings
    /// What every periodic reader has, for tcplens collects once for all.
    var period: Period?
    /// What every reader has.
    var cardinalityLimit: Int?

    /// What `OTEL_SERVICE_NAME` says, for a file that asks for it.
    let serviceName: String?
    /// Whether the file did.
    var usesServiceName = false

    /// Creates a reading that begins with the `defaults`.
    init(_ defaults: RunSettings, serviceName: String?) {
        settings = defaults
        self.serviceName = serviceName
        // The schema's default is no meter provider, which is no reader.
        settings.exporters = []
    }

    /// Reads the whole file.
    mutating func read(_ root: inout Section) {
        readVersion(&root)
        settings.isDisabled = root.bool("disabled") ?? false
        settings.logLevel = root.choice("log_level", from: LogLevel.severities) ?? settings.logLevel
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

    /// Checks `file_format`: minor versions of the schema only add keys, so all of 1 can be read (its `VERSIONING.md`).
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

    /// Whether `version` is of the time before 1.0, as `0.4` or `1.0-rc.3`.
    private static func isDraft(_ version: String) -> Bool {
        version.hasPrefix("0.") || version.hasPrefix("1.0-")
    }

    private static let draftAdvice =
        "this one is a draft of it: write \"1.1\", and follow what is said of each key that has another name now "
        + "(https://github.com/open-telemetry/opentelemetry-configuration/blob/main/CHANGELOG.md)"

    private mutating func readExtension(_ section: inout Section) {
        if let scope = section.choice("scope", from: [ObservationScope.own.rawValue: ObservationScope.own]) {
            settings.probes.scope = scope
        }
        for (index, name) in section.strings("attributes") ?? [] {
            if let port = PortAttribute(rawValue: name) {
                settings.probes.ports.insert(port)
            } else {
                let known = PortAttribute.allCases.map(\.rawValue).joined(separator: ", ")
                section.refuse("attributes", item: index, "expected one of \(known)")
            }
        }
        settings.prometheusCreated = section.bool("prometheus_created") ?? settings.prometheusCreated
        settings.probes.responseTime = section.bool("response_time") ?? settings.probes.responseTime
        if let text = section.string("health") {
            settings.health = ListenAddress(text)
            if settings.health == nil {
                section.refuse("health", "expected HOST:PORT, as localhost:8080 or \"[::1]:8080\"")
            }
        }
        if let limit = section.integer("queue_limit", in: 0...Int.max, of: "bytes") {
            settings.otlp.queueLimit = limit
        }
        if let limit = section.integer("spool_limit", in: 0...Int.max, of: "bytes") {
            settings.otlp.spoolLimit = limit
        }
        settings.otlp.spool = section.path("spool") ?? settings.otlp.spool
    }
}

extension Section {
    /// The path at `key`, which must be absolute: a file says nothing of where the agent is started.
    mutating func path(_ key: String) -> String? {
        guard let path = string(key) else { return nil }
        guard path.hasPrefix("/") else {
            refuse(key, "expected an absolute path")
            return nil
        }
        return path
    }
}
