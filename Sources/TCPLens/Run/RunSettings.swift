import Configuration
import Logging
import Metrics
import OTLPExport
import Probes
import Resource

/// What `tcplens run` is to do, all sources resolved.
///
/// The sources are a configuration file or else the environment, and over both the options of the command line.
struct RunSettings: Equatable, Sendable {
    /// Where metrics can go.
    enum ExporterKind: String, Equatable, Sendable {
        /// A receiver of OTLP over HTTP.
        case otlp
        /// Whoever comes to fetch them in Prometheus' formats.
        case prometheus
        /// Standard output.
        case console
    }

    /// Whether to do nothing at all (`OTEL_SDK_DISABLED`).
    var isDisabled = false
    /// How much to log.
    var logLevel = Logger.Level.info
    /// How often to collect and export.
    var interval = Duration.seconds(60)
    /// How long a collection and its exports may take; nil is no limit.
    var timeout: Duration? = .seconds(30)
    /// Where the metrics go, each kind once; none of them is nowhere.
    var exporters = [ExporterKind.otlp]
    /// How OTLP is sent.
    var otlp: OTLPConfiguration
    /// Where Prometheus finds the metrics.
    var prometheus = ListenAddress(host: "localhost", port: 9464)
    /// Whether Prometheus is told when counting began (`_created`), in a series of its own beside each.
    var prometheusCreated = false
    /// The form of distributions on standard output.
    var consoleHistograms = HistogramAggregation.explicitBuckets
    /// Where to tell whether the agent is live and ready; nil is nowhere.
    var health: ListenAddress?
    /// What to observe.
    var probes = TCPProbes.Options()
    /// What the user says about the resource.
    var resource = ResourceSettings()
    /// The configuration file, if there is one.
    var file: String?
    /// What was ignored, and why; for the log.
    var warnings: [String] = []

    /// As many series as the count of connections has without ports: less would hide states.
    static let cardinalityLimits = 20...Int(Int32.max)
    /// How long an export may hold up the collections after it, unless they are more frequent.
    static let longestPatience = Duration.seconds(1)
    /// The intervals that can be set; the specification's, but for 0, which would never let the machine rest.
    static let intervals = 1...Int(Int32.max)

    /// The defaults, which are the specification's.
    ///
    /// - Throws: ``Failure`` when the default endpoint can't be parsed, for lack of memory.
    init() throws(Failure) {
        do {
            otlp = OTLPConfiguration(endpoint: try OTLPEndpoint(EnvironmentReader([:])))
        } catch {
            throw Failure("\(error)")
        }
    }
}
