/// What the values of a sum or a histogram relate to (OpenTelemetry specification, `metrics/data-model.md`).
package enum Temporality: Hashable, Sendable {
    /// Each point counts since the one before it.
    case delta
    /// Each point counts since a start that stays.
    case cumulative
}

/// A metric: one name with all its series at one collection.
package struct Metric: Hashable, Sendable {
    /// The points, in the kind of the metric.
    package enum Data: Hashable, Sendable {
        /// Values that are not to be added up.
        case gauge([NumberDataPoint])
        /// Values that may be added up over their attributes; monotonic ones never fall.
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

    /// The name, as `system.network.connection.count`.
    package var name: String
    /// One sentence for people.
    package var description: String
    /// The unit in UCUM, as `s` or `{connection}`.
    package var unit: String
    /// The points.
    package var data: Data
    /// The bounds that its distributions have where these are fixed, if that is known (OpenTelemetry specification,
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

/// What produced the metrics: a library, a module, a program (OpenTelemetry's instrumentation scope).
package struct Scope: Hashable, Sendable {
    /// The name.
    package var name: String
    /// The version of what the name stands for.
    package var version: String
    /// The semantic conventions that the metrics follow.
    package var schemaURL: String

    /// Creates a scope.
    package init(name: String, version: String, schemaURL: String) {
        self.name = name
        self.version = version
        self.schemaURL = schemaURL
    }
}

/// What the metrics are about: a host, a container, a process (OpenTelemetry's resource).
package struct Resource: Hashable, Sendable {
    /// What identifies and describes it.
    package var attributes: Attributes
    /// The semantic conventions that ``attributes`` follow.
    package var schemaURL: String

    /// Creates a resource.
    package init(attributes: Attributes, schemaURL: String) {
        self.attributes = attributes
        self.schemaURL = schemaURL
    }
}

/// The metrics of one scope.
package struct ScopeMetrics: Hashable, Sendable {
    /// What produced them.
    package var scope: Scope
    /// One for each name.
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
    /// What they are about.
    package var resource: Resource
    /// One for each scope.
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
