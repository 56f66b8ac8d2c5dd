/// An integer or a floating-point number.
///
/// Counts are ``int(_:)``, seconds are ``double(_:)`` (`NumberDataPoint.value` of `metrics.proto`).
package enum Number: Hashable, Sendable, Codable {
    /// A count.
    case int(Int64)
    /// A measurement in a unit that has fractions.
    case double(Double)

    /// A count, limited to the greatest value of OTLP's signed 64 bits.
    package init(count: UInt64) {
        self = .int(Int64(clamping: count))
    }
}

extension Number: CustomStringConvertible {
    /// The exact number.
    package var description: String {
        switch self {
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        }
    }
}

/// The flags of a data point (`DataPointFlags` of `metrics.proto`).
package struct DataPointFlags: OptionSet, Hashable, Sendable, Codable {
    /// The bits.
    package var rawValue: UInt32

    /// Creates flags from bits.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The series has ended: this point has no value, and no other point follows.
    package static let noRecordedValue = DataPointFlags(rawValue: 1)
}

/// The properties that all kinds of data points share.
package protocol DataPoint: Hashable, Sendable, Codable {
    /// Identifies the series within its metric.
    var attributes: Attributes { get set }
    /// When counting began.
    var start: Timestamp { get set }
    /// When the value was read.
    var time: Timestamp { get set }
    /// The flags.
    var flags: DataPointFlags { get set }
}

extension DataPoint {
    /// Whether the series has ended, so that the value has no meaning.
    package var isEnd: Bool { flags.contains(.noRecordedValue) }

    /// The point that ends the series at `time`.
    ///
    /// It keeps its buckets, because backends recognize by them which of their series have ended.
    package func ended(at time: Timestamp) -> Self {
        var end = self
        end.time = time
        end.flags.insert(.noRecordedValue)
        return end
    }
}

/// A value of a sum or a gauge.
package struct NumberDataPoint: DataPoint {
    /// Identifies the series within its metric.
    package var attributes: Attributes
    /// When counting began; ``Timestamp/unknown`` on gauges.
    package var start: Timestamp
    /// When the value was read.
    package var time: Timestamp
    /// The value; it has no meaning at the end of a series.
    package var value: Number
    /// The flags.
    package var flags: DataPointFlags

    /// Creates a point.
    package init(
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

/// The smallest and the greatest measurement of a distribution.
package struct Extremes: Hashable, Sendable, Codable {
    /// The smallest.
    package var minimum: Double?
    /// The greatest.
    package var maximum: Double?

    /// Creates extremes; nil is unknown.
    package init(minimum: Double? = nil, maximum: Double? = nil) {
        self.minimum = minimum
        self.maximum = maximum
    }
}

/// A distribution with fixed bounds.
package struct HistogramDataPoint: DataPoint {
    /// Identifies the series within its metric.
    package var attributes: Attributes
    /// When counting began.
    package var start: Timestamp
    /// When the distribution was read.
    package var time: Timestamp
    /// The number of measurements: the sum of ``bucketCounts``.
    package var count: UInt64
    /// The sum of all measurements, in the metric's unit.
    package var sum: Double?
    /// The number of measurements in each bucket; there is one bucket more than there are bounds.
    package var bucketCounts: [UInt64]
    /// The inclusive upper bounds of all buckets but the last, strictly increasing, in the metric's unit.
    package var explicitBounds: [Double]
    /// The smallest and the greatest measurement, if a client sends them; tcplens does not measure them.
    package var extremes: Extremes
    /// The flags.
    package var flags: DataPointFlags

    /// Creates a point.
    package init(
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

/// A distribution whose bounds are powers of 2^(2^-scale).
///
/// Bucket `i` holds the measurements in (base^i, base^(i+1)] (OpenTelemetry specification, `metrics/data-model.md`,
/// "ExponentialHistogram").
package struct ExponentialHistogramDataPoint: DataPoint {
    /// A run of adjacent buckets.
    package struct Buckets: Hashable, Sendable, Codable {
        /// The index of the first bucket.
        package var offset: Int32
        /// The number of measurements in each bucket, starting at ``offset``.
        package var counts: [UInt64]

        /// Creates a run of buckets.
        package init(offset: Int32 = 0, counts: [UInt64] = []) {
            self.offset = offset
            self.counts = counts
        }
    }

    /// Identifies the series within its metric.
    package var attributes: Attributes
    /// When counting began.
    package var start: Timestamp
    /// When the distribution was read.
    package var time: Timestamp
    /// The number of measurements in all buckets, including ``zeroCount``.
    package var count: UInt64
    /// The sum of all measurements, in the metric's unit.
    package var sum: Double?
    /// The resolution: the base is 2^(2^-scale).
    package var scale: Int32
    /// The number of measurements that are not greater than ``zeroThreshold``.
    package var zeroCount: UInt64
    /// The inclusive upper bound of the values that count as zero, in the metric's unit.
    package var zeroThreshold: Double
    /// The buckets of positive measurements.
    package var positive: Buckets
    /// The buckets of negative measurements, by absolute value; tcplens measures none.
    package var negative: Buckets
    /// The smallest and the greatest measurement, if a client sends them.
    package var extremes: Extremes
    /// The flags.
    package var flags: DataPointFlags

    /// Creates a point.
    package init(
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
