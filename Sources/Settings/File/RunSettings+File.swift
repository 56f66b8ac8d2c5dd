package import CommandSupport
import Configuration
import FoundationEssentials
import Logging
import Metrics
import OTLPExport
import Probes
import Resource

extension RunSettings {
    /// The settings as a configuration file, secrets left out, that gives the same settings when it is read.
    ///
    /// - Throws: ``Failure`` when there is no memory for it.
    package func yaml(isOnOneLine: Bool = false) throws(Failure) -> String {
        do throws(Problems) {
            return try contents.yaml(isOnOneLine: isOnOneLine)
        } catch {
            throw Failure("\(error)")
        }
    }

    private var contents: ConfigurationValue {
        .section([
            ("file_format", .string("1.1")),
            ("disabled", .bool(isDisabled)),
            ("log_level", .string(LogLevel.severity(of: logLevel))),
            ("resource", resource.attributes.isEmpty ? nil : .section([("attributes", attributes)])),
            ("meter_provider", exporters.isEmpty ? nil : .section([("readers", .list(exporters.map(reader)))])),
            ("tcplens/development", extensionSection),
        ])
    }

    private var attributes: ConfigurationValue {
        .list(
            resource.attributes.map { attribute in
                let (value, type): (ConfigurationValue, String?) =
                    switch attribute.value {
                    case .string(let value): (.string(value), nil)
                    case .bool(let value): (.bool(value), "bool")
                    case .int(let value): (.int(Int(value)), "int")
                    case .double(let value): (.double(value), "double")
                    }
                return .section([
                    ("name", .string(attribute.key)), ("value", value), ("type", type.map { .string($0) }),
                ])
            }
        )
    }

    private func reader(_ kind: ExporterKind) -> ConfigurationValue {
        let limits = ConfigurationValue.section([("default", .int(probes.cardinalityLimit))])
        func periodic(_ exporter: String, _ settings: ConfigurationValue) -> ConfigurationValue {
            .section([
                (
                    "periodic",
                    .section([
                        ("interval", .int(interval.milliseconds)),
                        ("timeout", .int(timeout?.milliseconds ?? 0)),
                        ("cardinality_limits", limits),
                        ("exporter", .section([(exporter, settings)])),
                    ])
                )
            ])
        }
        switch kind {
        case .otlp: return periodic("otlp_http", otlp.file)
        case .console:
            let histograms = ConfigurationValue.string(consoleHistograms.rawValue)
            return periodic("console", .section([("default_histogram_aggregation", histograms)]))
        case .prometheus:
            let address: ConfigurationValue = .section([
                ("host", .string(prometheus.host)), ("port", .int(prometheus.port)),
            ])
            let exporter: ConfigurationValue = .section([("prometheus/development", address)])
            return .section([("pull", .section([("cardinality_limits", limits), ("exporter", exporter)]))])
        }
    }

    private var extensionSection: ConfigurationValue {
        let ports = probes.ports.map(\.rawValue).sorted().map { ConfigurationValue.string($0) }
        return .section([
            ("scope", .string(probes.scope.rawValue)),
            ("attributes", .list(ports)),
            ("response_time", .bool(probes.responseTime)),
            ("prometheus_created", .bool(prometheusCreated)),
            ("health", health.map { .string("\($0)") }),
            ("queue_limit", .int(otlp.queueLimit)),
            ("spool_limit", .int(otlp.spoolLimit)),
            ("spool", otlp.spool.map { .path($0) }),
        ])
    }
}

extension OTLPConfiguration {
    /// The configuration as `otlp_http` has it, secrets left out.
    fileprivate var file: ConfigurationValue {
        // One without the other is not used, and can't stand in a file.
        let isClientShown = clientKey != nil && clientCertificate != nil
        let tls: [(key: String, value: ConfigurationValue?)] = [
            ("ca_file", certificate.map { .path($0) }),
            ("key_file", isClientShown ? clientKey.map { .path($0) } : nil),
            ("cert_file", isClientShown ? clientCertificate.map { .path($0) } : nil),
        ]
        let headers = headers.map { header in
            ConfigurationValue.section([("name", .string(header.name)), ("value", .string(header.redactedValue))])
        }
        let temporality =
            switch temporality {
            case .cumulative: "cumulative"
            case .delta: "delta"
            case .lowMemory: "low_memory"
            }
        return .section([
            ("endpoint", .string(endpoint.redactedURL)),
            ("tls", tls.contains { $0.value != nil } ? .section(tls) : nil),
            ("headers", headers.isEmpty ? nil : .list(headers)),
            ("compression", .string(compression.rawValue)),
            ("timeout", .int(timeout?.milliseconds ?? 0)),
            ("max_request_size", .int(requestLimit)),
            ("max_response_size", .int(responseLimit)),
            ("encoding", .string("protobuf")),
            ("temporality_preference", .string(temporality)),
            ("default_histogram_aggregation", .string(histograms.rawValue)),
        ])
    }
}

extension ConfigurationValue {
    /// A path from the root on, as a file has to have it: that of the environment may begin where tcplens was started.
    fileprivate static func path(_ text: String) -> ConfigurationValue {
        guard !text.hasPrefix("/") else { return .string(text) }
        let folder = FileManager.default.currentDirectoryPath
        return .string(folder.hasSuffix("/") ? folder + text : "\(folder)/\(text)")
    }
}

extension Duration {
    /// Whole milliseconds, in which settings are given; none of them is longer than an `Int` holds of these.
    fileprivate var milliseconds: Int { Int(self / .milliseconds(1)) }
}
