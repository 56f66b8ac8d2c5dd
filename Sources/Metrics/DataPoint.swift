/// A whole or a floating-point number.
///
/// Counts are ``int(_:)``, seconds are ``double(_:)`` (`NumberDataPoint.value` of `metrics.proto`).
public enum Number: Hashable, Sendable {
    /// A count.
    case int(Int64)
    /// A measurement in a unit that has fractions.
    case double(Double)

    /// A count, held at the greatest value that OTLP's signed 64 bits can carry.
    public init(count: UInt64) {
        self = .int(Int64(clamping: count))
    }
}

/// What a point says besides its value (`DataPointFlags` of `metrics.proto`).
public struct DataPointFlags: OptionSet, Hashable, Sendable {
    /// The bits.
    public var rawValue: UInt32

    /// Creates flags of bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The series has ended: this point has no value, and none follows it.
    public static let noRecordedValue = DataPointFlags(rawValue: 1)
}

/// What all kinds of points have.
public protocol DataPoint: Hashable, Sendable {
    /// What tells this series from the others of its metric.
    var attributes: Attributes { get set }
    /// When counting began.
    var start: Timestamp { get set }
    /// When the value was read.
    var time: Timestamp { get set }
    /// What it says besides.
    var flags: DataPointFlags { get set }
}

extension DataPoint {
    /// Whether its series has ended, so that its value means nothing.
    public var isEnd: Bool { flags.contains(.noRecordedValue) }

    /// The point that ends the series at `time`.
    ///
    /// It keeps its buckets: backends know by these which series of theirs have ended.
    public func ended(at time: Timestamp) -> Self {
        var end = self
        end.time = time
        end.flags.insert(.noRecordedValue)
        return end
    }
}

/// One value of a sum or a gauge.
public struct NumberDataPoint: DataPoint {
    /// What tells this series from the others of its metric.
    public var attributes: Attributes
    /// When counting began; ``Timestamp/unknown`` on gauges.
    public var start: Timestamp
    /// When the value was read.
    public var time: Timestamp
    /// The value; without a meaning at the end of a series.
    public var value: Number
    /// What it says besides.
    public var flags: DataPointFlags

    /// Creates a point.
    public init(
        attributes: Attributes,
        start: Timestamp,
        time: Timestamp,
        value: Number,
        flags: DataPointFlags = []
    ) {
        self.attributes = attributes
        self.start = start
        self.time = time
        self.value = value
        self.flags = flags
    }
}

/// The least and the greatest of the measurements of a distribution.
public struct Extremes: Hashable, Sendable {
    /// The least.
    public var minimum: Double?
    /// The greatest.
    public var maximum: Double?

    /// Creates extremes, unknown unless given.
    public init(minimum: Double? = nil, maximum: Double? = nil) {
        self.minimum = minimum
        self.maximum = maximum
    }
}

/// One distribution with fixed bounds.
public struct HistogramDataPoint: DataPoint {
    /// What tells this series from the others of its metric.
    public var attributes: Attributes
    /// When counting began.
    public var start: Timestamp
    /// When the distribution was read.
    public var time: Timestamp
    /// The number of measurements: the sum of ``bucketCounts``.
    public var count: UInt64
    /// The sum of all measurements, in the metric's unit.
    public var sum: Double?
    /// The measurements of each bucket; one more than there are bounds.
    public var bucketCounts: [UInt64]
    /// The upper bounds of all buckets but the last, inclusive, strictly increasing, in the metric's unit.
    public var explicitBounds: [Double]
    /// The least and the greatest measurement, where a client tells them; what is measured here has none.
    public var extremes: Extremes
    /// What it says besides.
    public var flags: DataPointFlags

    /// Creates a point.
    public init(
        attributes: Attributes,
        start: Timestamp,
        time: Timestamp,
        count: UInt64,
        sum: Double?,
        bucketCounts: [UInt64],
        explicitBounds: [Double],
        extremes: Extremes = Extremes(),
        flags: DataPointFlags = []
    ) {
        self.attributes = attributes
        self.start = start
        self.time = time
        self.count = count
        self.sum = sum
        self.bucketCounts = bucketCounts
        self.explicitBounds = explicitBounds
        self.extremes = extremes
        self.flags = flags
    }
}

/// One distribution whose bounds are powers of 2^(2^-scale).
///
/// Bucket `i` holds the measurements in (base^i, base^(i+1)] (OpenTelemetry specification, `metrics/data-model.md`,
/// "ExponentialHistogram").
public struct ExponentialHistogramDataPoint: DataPoint {
    /// A run of neighbouring buckets.
    public struct Buckets: Hashable, Sendable {
        /// The index of the first bucket.
        public var offset: Int32
        /// The measurements of each bucket, from ``offset`` up.
        public var counts: [UInt64]

        /// Creates a run of buckets.
        public init(offset: Int32 = 0, counts: [UInt64] = []) {
            self.offset = offset
            self.counts = counts
        }
    }

    /// What tells this series from the others of its metric.
    public var attributes: Attributes
    /// When counting began.
    public var start: Timestamp
    /// When the distribution was read.
    public var time: Timestamp
    /// The number of measurements: those of all buckets and of zero.
    public var count: UInt64
    /// The sum of all measurements, in the metric's unit.
    public var sum: Double?
    /// The resolution: the base is 2^(2^-scale).
    public var scale: Int32
    /// The measurements that are not above ``zeroThreshold``.
    public var zeroCount: UInt64
    /// The upper bound of what counts as zero, inclusive, in the metric's unit.
    public var zeroThreshold: Double
    /// The buckets of positive measurements.
    public var positive: Buckets
    /// The buckets of negative measurements, by their absolute values; what is measured here has none.
    public var negative: Buckets
    /// The least and the greatest measurement, where a client tells them.
    public var extremes: Extremes
    /// What it says besides.
    public var flags: DataPointFlags

    /// Creates a point.
    public init(
        attributes: Attributes,
        start: Timestamp,
        time: Timestamp,
        count: UInt64,
        sum: Double?,
        scale: Int32,
        zeroCount: UInt64,
        zeroThreshold: Double = 0,
        positive: Buckets,
        negative: Buckets = Buckets(),
        extremes: Extremes = Extremes(),
        flags: DataPointFlags = []
    ) {
        self.attributes = attributes
        self.start = start
        self.time = time
        self.count = count
        self.sum = sum
        self.scale = scale
        self.zeroCount = zeroCount
        self.zeroThreshold = zeroThreshold
        self.positive = positive
        self.negative = negative
        self.extremes = extremes
        self.flags = flags
    }
}
