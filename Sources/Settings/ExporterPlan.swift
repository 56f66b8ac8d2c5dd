package import CommandSupport
package import Metrics
package import OTLPExport
internal import Pipeline
internal import Rendering
import Resource
internal import System

/// An exporter that the settings ask for; equal plans make equal exporters.
package enum ExporterPlan: Hashable, Sendable {
    /// Sends OTLP over HTTP.
    case otlp(OTLPConfiguration)
    /// Serves the metrics to Prometheus at an address.
    case prometheus(ListenAddress)
    /// Prints, with distributions in the given form.
    case console(HistogramAggregation)

    /// Whether the metrics go to the same receiver as those of `other`.
    package func hasReceiver(of other: ExporterPlan) -> Bool {
        switch (self, other) {
        case (.otlp(let configuration), .otlp(let other)): configuration.endpoint == other.endpoint
        default: self == other
        }
    }

    /// Where the metrics go, without secrets.
    package var destination: String {
        switch self {
        case .otlp(let configuration):
            "\(configuration.endpoint)" + (configuration.spool.map { ", by way of the spool \($0)" } ?? "")
        case .prometheus(let address): "http://\(address)/metrics"
        case .console: "console"
        }
    }
}

extension OTLPConfiguration {
    /// The configuration with the names that its settings have in the source of `settings`.
    fileprivate func named(for settings: RunSettings) -> OTLPConfiguration {
        var configuration = self
        configuration.names = settings.file == nil ? .variables : .keys
        configuration.names.spool = RunSetting.spool.name.text(for: settings)
        return configuration
    }
}

extension OTLPSettingNames {
    /// The keys in a configuration file.
    fileprivate static let keys = OTLPSettingNames(
        endpoint: "otlp_http.endpoint",
        headers: "otlp_http.headers",
        certificate: "otlp_http.tls.ca_file",
        clientCertificate: "otlp_http.tls.cert_file",
        clientKey: "otlp_http.tls.key_file",
        spool: RunSetting.spool.name.key
    )
}

extension RunSettings {
    /// The exporters, in order.
    package var exporterPlans: [ExporterPlan] {
        isDisabled
            ? []
            : exporters.map { kind in
                switch kind {
                case .otlp: .otlp(otlp.named(for: self))
                case .prometheus: .prometheus(prometheus)
                case .console: .console(consoleHistograms)
                }
            }
    }

    /// Expects that a single collection has an exporter that sends it, if there is any exporter.
    ///
    /// - Throws: ``Failure`` if it could only be scraped.
    package func expectSender() throws(Failure) {
        guard !isDisabled, !exporters.isEmpty, exporters.allSatisfy({ $0 == .prometheus }) else { return }
        let setting = SettingName.exporters.text(for: self)
        throw Failure(usage: "--once has nowhere to export to: \(setting) is prometheus, which is scraped")
    }
}
