package import CommandSupport
import Configuration
import Metrics
import OTLPExport
import Resource

extension RunSettings {
    /// The settings as a configuration file without secrets; read back, it gives the same settings.
    ///
    /// - Throws: ``Failure`` if there is no memory for it.
    package func yaml(isOnOneLine: Bool = false) throws(Failure) -> String {
        do throws(Problems) {
            return try contents.yaml(isOnOneLine: isOnOneLine)
        } catch {
            throw Failure("\(error)")
        }
    }

    private var contents: ConfigurationValue {
        var entries: [(key: String, value: ConfigurationValue?)] = [("file_format", .string("1.1"))]
        entries += RunSetting.topLevel.map { $0.entry(of: self) }
        entries += [
            ("resource", resource.attributes.isEmpty ? nil : .section([("attributes", attributes)])),
            ("meter_provider", exporters.isEmpty ? nil : .section([("readers", .list(exporters.map(reader)))])),
            ("tcplens/development", .section(RunSetting.ofTCPLens.map { $0.entry(of: self) })),
        ]
        return .section(entries)
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
        let limits = ConfigurationValue.section([RunSetting.cardinalityLimit.entry(of: self)])
        func periodic(_ exporter: ConfigurationValue) -> ConfigurationValue {
            .section([
                (
                    "periodic",
                    .section([
                        RunSetting.interval.entry(of: self),
                        RunSetting.timeout.entry(of: self),
                        ("cardinality_limits", limits),
                        ("exporter", .section([(kind.key, exporter)])),
                    ])
                )
            ])
        }
        switch kind {
        case .otlp: return periodic(otlp.file)
        case .console:
            let histograms = ConfigurationValue.string(consoleHistograms.rawValue)
            return periodic(.section([("default_histogram_aggregation", histograms)]))
        case .prometheus:
            let address: ConfigurationValue = .section([
                RunSetting.prometheusHost.entry(of: self), RunSetting.prometheusPort.entry(of: self),
            ])
            let exporter: ConfigurationValue = .section([(kind.key, address)])
            return .section([("pull", .section([("cardinality_limits", limits), ("exporter", exporter)]))])
        }
    }
}

extension OTLPConfiguration {
    /// The section `otlp_http`, without secrets.
    fileprivate var file: ConfigurationValue {
        // One without the other is not used, and a file with it would be refused.
        let isClientShown = clientKey != nil && clientCertificate != nil
        let tls: [(key: String, value: ConfigurationValue?)] = [
            ("ca_file", certificate.map { .path($0) }),
            ("key_file", isClientShown ? clientKey.map { .path($0) } : nil),
            ("cert_file", isClientShown ? clientCertificate.map { .path($0) } : nil),
        ]
        let headers = headers.map { header in
            ConfigurationValue.section([("name", .string(header.name)), ("value", .string(header.redactedValue))])
        }
        let temporality = TemporalityPreference.fileChoices.name(of: temporality)
        return .section([
            ("endpoint", .string(endpoint.redactedURL)),
            ("tls", tls.contains { $0.value != nil } ? .section(tls) : nil),
            ("headers", headers.isEmpty ? nil : .list(headers)),
            ("compression", .string(compression.rawValue)),
            ("timeout", .int(timeout?.milliseconds ?? 0)),
            ("max_request_size", .int(requestLimit)),
            ("max_response_size", .int(responseLimit)),
            ("encoding", .string("protobuf")),
            ("temporality_preference", temporality.map { .string($0) }),
            ("default_histogram_aggregation", .string(histograms.rawValue)),
        ])
    }
}
