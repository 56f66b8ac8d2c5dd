/// What the values of a sum or a histogram relate to (OpenTelemetry specification, `metrics/data-model.md`).
public enum Temporality: Hashable, Sendable {
    /// Each point counts since the one before it.
    case delta
    /// Each point counts since a start that stays.
    case cumulative
}

/// A metric: one name with all its series at one collection.
public struct Metric: Hashable, Sendable {
    /// The points, in the kind of the metric.
    public enum Data: Hashable, Sendable {
        /// Values that are not to be added up.
        case gauge([NumberDataPoint])
        /// Values that may be added up over their attributes; monotonic ones never fall.
        case sum([NumberDataPoint], Temporality, isMonotonic: Bool)
        /// Distributions with fixed bounds.
        case histogram([HistogramDataPoint], Temporality)
        /// Distributions with exponential bounds.
        case exponentialHistogram([ExponentialHistogramDataPoint], Temporality)

        /// The number of points.
        public var pointCount: Int {
            switch self {
            case .gauge(let points), .sum(let points, _, _): points.count
            case .histogram(let points, _): points.count
            case .exponentialHistogram(let points, _): points.count
            }
        }
    }

    /// The name, as `system.network.connection.count`.
    public var name: String
    /// One sentence for people.
    public var description: String
    /// The unit in UCUM, as `s` or `{connection}`.
    public var unit: String
    /// The points.
    public var data: Data
    /// The bounds that its distributions have where these are fixed, if that is known (OpenTelemetry specification,
    /// `metrics/api.md`, "Instrument advisory parameter: `ExplicitBucketBoundaries`").
    public var bounds: BucketBounds?

    /// Creates a metric.
    public init(name: String, description: String, unit: String, data: Data, bounds: BucketBounds? = nil) {
        self.name = name
        self.description = description
        self.unit = unit
        self.data = data
        self.bounds = bounds
    }
}

/// What produced the metrics: a library, a module, a program (OpenTelemetry's instrumentation scope).
public struct Scope: Hashable, Sendable {
    /// The name.
    public var name: String
    /// The version of what the name stands for.
    public var version: String
    /// The semantic conventions that the metrics follow.
    public var schemaURL: String

    /// Creates a scope.
    public init(name: String, version: String, schemaURL: String) {
        self.name = name
        self.version = version
        self.schemaURL = schemaURL
    }
}

/// What the metrics are about: a host, a container, a process (OpenTelemetry's resource).
public struct Resource: Hashable, Sendable {
    /// What identifies and describes it.
    public var attributes: Attributes
    /// The semantic conventions that ``attributes`` follow.
    public var schemaURL: String

    /// Creates a resource.
    public init(attributes: Attributes, schemaURL: String) {
        self.attributes = attributes
        self.schemaURL = schemaURL
    }
}

/// The metrics of one scope.
public struct ScopeMetrics: Hashable, Sendable {
    /// What produced them.
    public var scope: Scope
    /// One for each name.
    public var metrics: [Metric]

    /// Creates the metrics of one scope.
    public init(scope: Scope, metrics: [Metric]) {
        self.scope = scope
        self.metrics = metrics
    }

    /// The number of points in all metrics.
    public var pointCount: Int {
        metrics.reduce(0) { $0 + $1.data.pointCount }
    }
}

/// The metrics of one resource.
public struct ResourceMetrics: Hashable, Sendable {
    /// What they are about.
    public var resource: Resource
    /// One for each scope.
    public var scopes: [ScopeMetrics]

    /// Creates the metrics of one resource.
    public init(resource: Resource, scopes: [ScopeMetrics]) {
        self.resource = resource
        self.scopes = scopes
    }

    /// The number of points in all metrics.
    public var pointCount: Int {
        scopes.reduce(0) { $0 + $1.pointCount }
    }
}
