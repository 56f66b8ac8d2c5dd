/// A whole or a floating-point number.
///
/// Counts are ``int(_:)``, seconds are ``double(_:)`` (`NumberDataPoint.value` of `metrics.proto`).
package enum Number: Hashable, Sendable {
    /// A count.
    case int(Int64)
    /// A measurement in a unit that has fractions.
    case double(Double)

    /// A count, held at the greatest value that OTLP's signed 64 bits can carry.
    package init(count: UInt64) {
        self = .int(Int64(clamping: count))
    }
}

/// What a point says besides its value (`DataPointFlags` of `metrics.proto`).
package struct DataPointFlags: OptionSet, Hashable, Sendable {
    /// The bits.
    package var rawValue: UInt32

    /// Creates flags of bits.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The series has ended: this point has no value, and none follows it.
    package static let noRecordedValue = DataPointFlags(rawValue: 1)
}

/// What all kinds of points have.
package protocol DataPoint: Hashable, Sendable {
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
    package var isEnd: Bool { flags.contains(.noRecordedValue) }

    /// The point that ends the series at `time`.
    ///
    /// It keeps its buckets: backends know by these which series of theirs have ended.
    package func ended(at time: Timestamp) -> Self {
        var end = self
        end.time = time
        end.flags.insert(.noRecordedValue)
        return end
    }
}

/// One value of a sum or a gauge.
package struct NumberDataPoint: DataPoint {
    /// What tells this series from the others of its metric.
    package var attributes: Attributes
    /// When counting began; ``Timestamp/unknown`` on gauges.
    package var start: Timestamp
    /// When the value was read.
    package var time: Timestamp
    /// The value; without a meaning at the end of a series.
    package var value: Number
    /// What it says besides.
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

/// The least and the greatest of the measurements of a distribution.
package struct Extremes: Hashable, Sendable {
    /// The least.
    package var minimum: Double?
    /// The greatest.
    package var maximum: Double?

    /// Creates extremes, unknown unless given.
    package init(minimum: Double? = nil, maximum: Double? = nil) {
        self.minimum = minimum
        self.maximum = maximum
    }
}

/// One distribution with fixed bounds.
package struct HistogramDataPoint: DataPoint {
    /// What tells this series from the others of its metric.
    package var attributes: Attributes
    /// When counting began.
    package var start: Timestamp
    /// When the distribution was read.
    package var time: Timestamp
    /// The number of measurements: the sum of ``bucketCounts``.
    package var count: UInt64
    /// The sum of all measurements, in the metric's unit.
    package var sum: Double?
    /// The measurements of each bucket; one more than there are bounds.
    package var bucketCounts: [UInt64]
    /// The upper bounds of all buckets but the last, inclusive, strictly increasing, in the metric's unit.
    package var explicitBounds: [Double]
    /// The least and the greatest measurement, where a client tells them; what is measured here has none.
    package var extremes: Extremes
    /// What it says besides.
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

/// One distribution whose bounds are powers of 2^(2^-scale).
///
/// Bucket `i` holds the measurements in (base^i, base^(i+1)] (OpenTelemetry specification, `metrics/data-model.md`,
/// "ExponentialHistogram").
package struct ExponentialHistogramDataPoint: DataPoint {
    /// A run of neighbouring buckets.
    package struct Buckets: Hashable, Sendable {
        /// The index of the first bucket.
        package var offset: Int32
        /// The measurements of each bucket, from ``offset`` up.
        package var counts: [UInt64]

        /// Creates a run of buckets.
        package init(offset: Int32 = 0, counts: [UInt64] = []) {
            self.offset = offset
            self.counts = counts
        }
    }

    /// What tells this series from the others of its metric.
    package var attributes: Attributes
    /// When counting began.
    package var start: Timestamp
    /// When the distribution was read.
    package var time: Timestamp
    /// The number of measurements: those of all buckets and of zero.
    package var count: UInt64
    /// The sum of all measurements, in the metric's unit.
    package var sum: Double?
    /// The resolution: the base is 2^(2^-scale).
    package var scale: Int32
    /// The measurements that are not above ``zeroThreshold``.
    package var zeroCount: UInt64
    /// The upper bound of what counts as zero, inclusive, in the metric's unit.
    package var zeroThreshold: Double
    /// The buckets of positive measurements.
    package var positive: Buckets
    /// The buckets of negative measurements, by their absolute values; what is measured here has none.
    package var negative: Buckets
    /// The least and the greatest measurement, where a client tells them.
    package var extremes: Extremes
    /// What it says besides.
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
