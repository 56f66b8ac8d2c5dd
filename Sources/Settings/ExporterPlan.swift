package import CommandSupport
package import Metrics
package import OTLPExport
internal import Pipeline
internal import Rendering
import Resource
internal import System

/// An exporter as the settings want it; equal plans make equal exporters.
package enum ExporterPlan: Hashable, Sendable {
    /// Sends OTLP over HTTP.
    case otlp(OTLPConfiguration)
    /// Lets Prometheus fetch the metrics at an address.
    case prometheus(ListenAddress)
    /// Prints, with distributions in a form.
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

extension RunSettings {
    /// The exporters to have, in order.
    package var exporterPlans: [ExporterPlan] {
        isDisabled
            ? []
            : exporters.map { kind in
                switch kind {
                case .otlp: .otlp(otlp)
                case .prometheus: .prometheus(prometheus)
                case .console: .console(consoleHistograms)
                }
            }
    }

    /// Expects that what is collected once has somewhere to go, if it is to go anywhere.
    ///
    /// - Throws: ``Failure`` when it would only be fetched.
    package func expectSender() throws(Failure) {
        guard !isDisabled, !exporters.isEmpty, exporters.allSatisfy({ $0 == .prometheus }) else { return }
        let setting = SettingName.exporters.text(for: self)
        throw Failure(usage: "--once has nowhere to export to: \(setting) is prometheus, which is scraped")
    }
}
