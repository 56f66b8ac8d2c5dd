package import CommandSupport
internal import Configuration
package import Confinement
package import Logging
package import Metrics
package import OTLPExport
package import Probes
package import Resource

/// What `tcplens run` has to do, after all sources are resolved.
///
/// The sources are a configuration file or else the environment; options of the command line override both.
package struct RunSettings: Equatable, Sendable {
    /// A kind of exporter; the raw value is its name in `OTEL_METRICS_EXPORTER`.
    package enum ExporterKind: String, CaseIterable, Equatable, Sendable {
        /// A receiver of OTLP over HTTP.
        case otlp
        /// A server that Prometheus scrapes.
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
    /// How long a collection and its exports may take; nil means no limit.
    package var timeout: Duration? = .seconds(30)
    /// Where the metrics go, each kind once; empty means nowhere.
    package var exporters = [ExporterKind.otlp]
    /// How OTLP is sent.
    package var otlp: OTLPConfiguration
    /// Where Prometheus finds the metrics.
    package var prometheus = ListenAddress(host: "localhost", port: 9464)
    /// Whether Prometheus gets a second series for each counter that says when counting began (`_created`).
    package var prometheusCreated = false
    /// The form of distributions on standard output.
    package var consoleHistograms = HistogramAggregation.explicitBuckets
    /// Where the agent answers whether it is live and ready; nil means nowhere.
    package var health: ListenAddress?
    /// What to observe.
    package var probes = TCPProbes.Options()
    /// Whether sockets are divided by workloads; nil for what is usual in the scope.
    package var attribution: AttributionMode?
    /// Whether applications are asked which service they are; nil for what is usual, which is to ask them if sockets
    /// are divided.
    package var applicationResource: Bool?
    /// The most workloads that are distinguished.
    package var workloadLimit = AttributionOptions.standardLimit
    /// What the agent gives up after it has started.
    package var confinement = Set(ConfinementPart.allCases)
    /// The directory of a BPF file system where programs and counters are pinned; nil for nowhere.
    package var pin: String?
    /// The attributes of the resource that the user sets.
    package var resource = ResourceSettings()
    /// The configuration file, if there is one.
    package var file: String?
    /// What was ignored, and why; for the log.
    package var warnings: [String] = []

    /// The limits of series that can be set; the count of connections has 20 without ports; fewer would hide states.
    package static let cardinalityLimits = 20...Int(Int32.max)
    /// The longest time that an export may delay the next collections, if the interval is not shorter.
    package static let longestExportWait = Duration.seconds(1)
    /// The intervals that can be set, in milliseconds: the specification's except 0, which would never pause.
    package static let intervals = 1...Int(Int32.max)

    /// The defaults, which are the specification's.
    ///
    /// - Throws: ``Failure`` if the default endpoint can't be parsed, for lack of memory.
    package init() throws(Failure) {
        do {
            otlp = OTLPConfiguration(endpoint: try OTLPEndpoint(EnvironmentReader([:])))
        } catch {
            throw Failure("\(error)")
        }
    }

    /// What to observe; nil means nothing.
    package var activeProbes: TCPProbes.Options? {
        guard !isDisabled else { return nil }
        var probes = probes
        probes.attribution = attributionOptions
        return probes
    }

    /// Logs what was ignored, and why.
    package func logWarnings() {
        let logger = Logger.standardError(logLevel)
        for warning in warnings {
            logger.warning("\(warning)")
        }
    }
}
