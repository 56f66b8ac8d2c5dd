package import CommandSupport
internal import Configuration
package import Logging
package import Metrics
package import OTLPExport
package import Probes
package import Resource

/// What `tcplens run` is to do, all sources resolved.
///
/// The sources are a configuration file or else the environment, and over both the options of the command line.
package struct RunSettings: Equatable, Sendable {
    /// Where metrics can go.
    package enum ExporterKind: String, Equatable, Sendable {
        /// A receiver of OTLP over HTTP.
        case otlp
        /// Whoever comes to fetch them in Prometheus' formats.
        case prometheus
        /// Standard output.
        case console
    }

    /// Whether to do nothing at all (`OTEL_SDK_DISABLED`).
    package var isDisabled = false
    /// How much to log.
    package var logLevel = Logger.Level.info
    /// How often to collect and export.
    package var interval = Duration.seconds(60)
    /// How long a collection and its exports may take; nil is no limit.
    package var timeout: Duration? = .seconds(30)
    /// Where the metrics go, each kind once; none of them is nowhere.
    package var exporters = [ExporterKind.otlp]
    /// How OTLP is sent.
    package var otlp: OTLPConfiguration
    /// Where Prometheus finds the metrics.
    package var prometheus = ListenAddress(host: "localhost", port: 9464)
    /// Whether Prometheus is told when counting began (`_created`), in a series of its own beside each.
    package var prometheusCreated = false
    /// The form of distributions on standard output.
    package var consoleHistograms = HistogramAggregation.explicitBuckets
    /// Where to tell whether the agent is live and ready; nil is nowhere.
    package var health: ListenAddress?
    /// What to observe.
    package var probes = TCPProbes.Options()
    /// What the user says about the resource.
    package var resource = ResourceSettings()
    /// The configuration file, if there is one.
    package var file: String?
    /// What was ignored, and why; for the log.
    package var warnings: [String] = []

    /// As many series as the count of connections has without ports: less would hide states.
    package static let cardinalityLimits = 20...Int(Int32.max)
    /// How long an export may hold up the collections after it, unless they are more frequent.
    package static let longestPatience = Duration.seconds(1)
    /// The intervals that can be set; the specification's, but for 0, which would never let the machine rest.
    package static let intervals = 1...Int(Int32.max)

    /// The defaults, which are the specification's.
    ///
    /// - Throws: ``Failure`` when the default endpoint can't be parsed, for lack of memory.
    package init() throws(Failure) {
        do {
            otlp = OTLPConfiguration(endpoint: try OTLPEndpoint(EnvironmentReader([:])))
        } catch {
            throw Failure("\(error)")
        }
    }

    /// What to observe, or nil for nothing at all.
    package var activeProbes: TCPProbes.Options? { isDisabled ? nil : probes }

    /// Logs what was ignored, and why.
    package func logWarnings() {
        let logger = Logger.standardError(logLevel)
        for warning in warnings {
            logger.warning("\(warning)")
        }
    }
}
