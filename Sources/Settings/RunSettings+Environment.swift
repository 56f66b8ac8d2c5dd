internal import CommandSupport
internal import Configuration
import Metrics
import OTLPExport
import Probes
import Resource
import System

extension RunSettings {
    /// Reads the settings from the environment of `machine`.
    ///
    /// - Throws: ``Failure`` when they can't be followed.
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
        isDisabled = reader.bool("OTEL_SDK_DISABLED") ?? false
        logLevel = reader.choice("OTEL_LOG_LEVEL", from: LogLevel.names) ?? logLevel
        interval = reader.milliseconds("OTEL_METRIC_EXPORT_INTERVAL", in: Self.intervals) ?? interval
        if let limit = reader.milliseconds("OTEL_METRIC_EXPORT_TIMEOUT") {
            timeout = limit == .zero ? nil : limit
        }
        exporters = Self.exporters(&reader)
        do {
            otlp = try OTLPConfiguration(&reader)
        } catch {
            throw Failure(usage: "\(error)")
        }
        readQueue(&reader)
        let host = reader.setting("OTEL_EXPORTER_PROMETHEUS_HOST")?.value
        prometheus.host = host.map(ListenAddress.unbracketed) ?? prometheus.host
        prometheus.port = reader.integer("OTEL_EXPORTER_PROMETHEUS_PORT", in: ListenAddress.ports) ?? prometheus.port
        prometheusCreated = reader.bool("TCPLENS_PROMETHEUS_CREATED") ?? prometheusCreated
        // Standard output has no variable of its own: it shows what OTLP would have.
        consoleHistograms = otlp.histograms
        health = try reader.setting("TCPLENS_HEALTH").map { setting throws(Failure) in
            try Self.health(setting.value, from: setting.name)
        }
        try readProbes(&reader)
        resource = ResourceSettings(of: machine) { reader.warn($0) }
        warnings = reader.warnings
    }

    private mutating func readProbes(_ reader: inout EnvironmentReader) throws(Failure) {
        probes.scope =
            reader.choice("TCPLENS_SCOPE", from: [ObservationScope.own.rawValue: .own]) ?? probes.scope
        probes.cardinalityLimit =
            reader.integer("TCPLENS_CARDINALITY_LIMIT", in: Self.cardinalityLimits) ?? probes.cardinalityLimit
        probes.responseTime = reader.bool("TCPLENS_RESPONSE_TIME") ?? probes.responseTime
        if let setting = reader.setting("TCPLENS_ATTRIBUTES") {
            probes.ports = try Self.ports(setting.value, from: setting.name)
        }
    }

    /// The attributes of a list with commas between.
    static func ports(_ names: String, from setting: String) throws(Failure) -> Set<PortAttribute> {
        var ports: Set<PortAttribute> = []
        for name in names.listed {
            guard let port = PortAttribute(rawValue: name) else {
                let known = PortAttribute.allCases.map(\.rawValue).joined(separator: " and ")
                throw Failure(usage: "\(setting): '\(name)' is none of the attributes that can be asked for: \(known)")
            }
            ports.insert(port)
        }
        return ports
    }

    /// Where the health endpoint is to listen.
    static func health(_ text: String, from setting: String) throws(Failure) -> ListenAddress {
        guard let address = ListenAddress(text) else {
            throw Failure(usage: "\(setting): '\(text)' is not HOST:PORT, as localhost:8080 or [::1]:8080")
        }
        return address
    }

    /// What some SDKs called exporters, or call them still.
    private static let renamedExporters = [
        "logging": "console", "stdout": "console", "otlp_proto_http": "otlp", "otlp_proto_grpc": "otlp",
        "otlp_http": "otlp",
        "otlp/http": "otlp",
    ]

    private static func exporters(_ reader: inout EnvironmentReader) -> [ExporterKind] {
        guard let setting = reader.setting("OTEL_METRICS_EXPORTER") else { return [.otlp] }
        var kinds: [ExporterKind] = []
        var isNone = false
        for name in setting.value.listed {
            if let kind = ExporterKind(rawValue: name.lowercased()) {
                kinds += kinds.contains(kind) ? [] : [kind]
            } else if name.lowercased() == "none" {
                isNone = true
            } else {
                let successor = Self.renamedExporters[name.lowercased()].map { "; it is called \($0) now" } ?? ""
                reader.warn(
                    "OTEL_METRICS_EXPORTER: '\(name.printable())' is ignored: "
                        + "expected otlp, prometheus, console or none\(successor)"
                )
            }
        }
        // "none" means no exporter at all, whatever stands beside it.
        return isNone ? [] : kinds.isEmpty ? [.otlp] : kinds
    }
}
