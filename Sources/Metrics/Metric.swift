/// The period that the values of a sum or a histogram refer to (OpenTelemetry specification, `metrics/data-model.md`).
package enum Temporality: String, Hashable, Sendable, Codable {
    /// Each point counts since the previous one.
    case delta
    /// Each point counts since a fixed start.
    case cumulative
}

/// A metric: a name and all of its series at one collection.
package struct Metric: Hashable, Sendable, Codable {
    /// The kind of the metric, and its points.
    package enum Data: Hashable, Sendable, Codable {
        /// Values that must not be added up.
        case gauge([NumberDataPoint])
        /// Values that may be added up over their attributes; monotonic ones never decrease.
        case sum([NumberDataPoint], Temporality, isMonotonic: Bool)
        /// Distributions with fixed bounds.
        case histogram([HistogramDataPoint], Temporality)
        /// Distributions with exponential bounds.
        case exponentialHistogram([ExponentialHistogramDataPoint], Temporality)

        /// The number of points.
        package var pointCount: Int {
            switch self {
            case .gauge(let points), .sum(let points, _, _): points.count
            case .histogram(let points, _): points.count
            case .exponentialHistogram(let points, _): points.count
            }
        }
    }

    /// The name, such as `system.network.connection.count`.
    package var name: String
    /// A sentence for people.
    package var description: String
    /// The unit in UCUM, such as `s` or `{connection}`.
    package var unit: String
    /// The points.
    package var data: Data
    /// The bounds of its distributions in their form with fixed bounds, if known (OpenTelemetry specification,
    /// `metrics/api.md`, "Instrument advisory parameter: `ExplicitBucketBoundaries`").
    package var bounds: BucketBounds?

    /// Creates a metric.
    package init(name: String, description: String, unit: String, data: Data, bounds: BucketBounds? = nil) {
        self.name = name
        self.description = description
        self.unit = unit
        self.data = data
        self.bounds = bounds
    }
}

/// The producer of metrics: a library, a module, a program (OpenTelemetry's instrumentation scope).
package struct Scope: Hashable, Sendable, Codable {
    /// The name.
    package var name: String
    /// The version of the producer.
    package var version: String
    /// The URL of the semantic conventions that the metrics follow.
    package var schemaURL: String

    /// Creates a scope.
    package init(name: String, version: String, schemaURL: String) {
        self.name = name
        self.version = version
        self.schemaURL = schemaURL
    }
}

/// The entity that metrics describe: a host, a container, a process (OpenTelemetry's resource).
package struct Resource: Hashable, Sendable, Codable {
    /// Identify and describe it.
    package var attributes: Attributes
    /// The URL of the semantic conventions that ``attributes`` follow.
    package var schemaURL: String

    /// Creates a resource.
    package init(attributes: Attributes, schemaURL: String) {
        self.attributes = attributes
        self.schemaURL = schemaURL
    }
}

/// The metrics of one scope.
package struct ScopeMetrics: Hashable, Sendable {
    /// Their producer.
    package var scope: Scope
    /// One metric for each name.
    package var metrics: [Metric]

    /// Creates the metrics of one scope.
    package init(scope: Scope, metrics: [Metric]) {
        self.scope = scope
        self.metrics = metrics
    }

    /// The number of points in all metrics.
    package var pointCount: Int {
        metrics.reduce(0) { $0 + $1.data.pointCount }
    }
}

/// The metrics of one resource.
package struct ResourceMetrics: Hashable, Sendable {
    /// The entity that they describe.
    package var resource: Resource
    /// One element for each scope.
    package var scopes: [ScopeMetrics]

    /// Creates the metrics of one resource.
    package init(resource: Resource, scopes: [ScopeMetrics]) {
        self.resource = resource
        self.scopes = scopes
    }

    /// The number of points in all metrics.
    package var pointCount: Int {
        scopes.reduce(0) { $0 + $1.pointCount }
    }
}

extension [ResourceMetrics] {
    /// The data points of all resources.
    package var pointCount: Int { reduce(0) { $0 + $1.pointCount } }
}
