package import CommandSupport
package import Logging
internal import OTLPExport
package import Probes

extension RunSettings {
    /// What the options of the command line say; `nil` where they say nothing.
    package struct Options: Equatable, Sendable {
        /// The configuration file.
        package var file: String?
        /// How often to collect and export.
        package var interval: Duration?
        /// Whose connections to observe.
        package var scope: ObservationScope?
        /// The attributes to split by, with commas between.
        package var attributes: String?
        /// The most series of a metric.
        package var cardinalityLimit: Int?
        /// Whether to measure response times.
        package var responseTime = false
        /// Where to tell whether the agent is live and ready.
        package var health: String?
        /// What waits for a Collector that is away.
        package var queue = Queue()
        /// Whether to export once only.
        package var once = false
        /// How much to log.
        package var logLevel: Logger.Level?

        /// Creates what the options say.
        package init(
            file: String? = nil,
            interval: Duration? = nil,
            scope: ObservationScope? = nil,
            attributes: String? = nil,
            cardinalityLimit: Int? = nil,
            responseTime: Bool = false,
            health: String? = nil,
            queue: Queue = Queue(),
            once: Bool = false,
            logLevel: Logger.Level? = nil
        ) {
            (self.file, self.interval, self.scope, self.attributes) = (file, interval, scope, attributes)
            (self.cardinalityLimit, self.responseTime, self.health) = (cardinalityLimit, responseTime, health)
            (self.queue, self.once, self.logLevel) = (queue, once, logLevel)
        }
    }

    /// Lays `options` over the settings.
    ///
    /// - Throws: ``Failure`` when they can't be followed.
    package mutating func apply(_ options: Options) throws(Failure) {
        if let interval = options.interval {
            guard interval >= .milliseconds(1) else {
                throw Failure(usage: "--interval must be more than 0, as 10s or 500ms")
            }
            guard interval <= .milliseconds(Self.intervals.upperBound) else {
                throw Failure(usage: "--interval must be 24 days at most")
            }
            self.interval = interval
        }
        if let limit = options.cardinalityLimit {
            guard Self.cardinalityLimits.contains(limit) else {
                throw Failure(usage: "--cardinality-limit must be \(Self.cardinalityLimits.lowerBound) or more")
            }
            probes.cardinalityLimit = limit
        }
        if let names = options.attributes {
            probes.ports = try Self.ports(names, from: "--attributes")
        }
        if let address = options.health {
            health = try Self.health(address, from: "--health")
        }
        probes.scope = options.scope ?? probes.scope
        probes.responseTime = options.responseTime || probes.responseTime
        logLevel = options.logLevel ?? logLevel
        apply(options.queue)
        // Collections go on while the Collector is slow; a single export is waited for.
        otlp.waitLimit = options.once ? nil : min(interval, Self.longestPatience)
        try checkTogether()
    }

    /// Checks what makes sense alone and not with the rest.
    private mutating func checkTogether() throws(Failure) {
        let addresses = listenerPlans.map(\.address).filter { $0.port != 0 }
        if let address = addresses.first, addresses.count > Set(addresses).count {
            throw Failure(
                usage: "health and metrics for Prometheus can't both be at \(address): choose another port for one"
            )
        }
        if otlp.spool != nil, otlp.spoolLimit < OTLPConfiguration.smallestSpool {
            warnings.append("a spool of \(otlp.spoolLimit) bytes has room for no request: what waits is in memory")
        }
    }
}
