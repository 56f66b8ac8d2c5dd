internal import COTLP

// Short names for the generated constants of oneofs and of the temporality.

extension Wire.AnyValueCase {
    static var string: Self { OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_STRING_VALUE }
    static var bool: Self { OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_BOOL_VALUE }
    static var int: Self { OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_INT_VALUE }
    static var double: Self { OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_DOUBLE_VALUE }
    static var array: Self { OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_ARRAY_VALUE }
    static var keyValueList: Self { OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_KVLIST_VALUE }
    static var bytes: Self { OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_BYTES_VALUE }
}

extension Wire.MetricCase {
    static var gauge: Self { OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_GAUGE }
    static var sum: Self { OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_SUM }
    static var histogram: Self { OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_HISTOGRAM }
    static var exponentialHistogram: Self { OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_EXPONENTIAL_HISTOGRAM }
}

extension Wire.AggregationTemporality {
    static var delta: Self { OPENTELEMETRY__PROTO__METRICS__V1__AGGREGATION_TEMPORALITY__AGGREGATION_TEMPORALITY_DELTA }
    static var cumulative: Self {
        OPENTELEMETRY__PROTO__METRICS__V1__AGGREGATION_TEMPORALITY__AGGREGATION_TEMPORALITY_CUMULATIVE
    }
}

extension Wire.NumberCase {
    static var int: Self { OPENTELEMETRY__PROTO__METRICS__V1__NUMBER_DATA_POINT__VALUE_AS_INT }
    static var double: Self { OPENTELEMETRY__PROTO__METRICS__V1__NUMBER_DATA_POINT__VALUE_AS_DOUBLE }
}

extension Wire.HistogramSumCase {
    static var sum: Self { OPENTELEMETRY__PROTO__METRICS__V1__HISTOGRAM_DATA_POINT___SUM_SUM }
}

extension Wire.ExponentialHistogramSumCase {
    static var sum: Self { OPENTELEMETRY__PROTO__METRICS__V1__EXPONENTIAL_HISTOGRAM_DATA_POINT___SUM_SUM }
}

extension Wire.HistogramMinimumCase {
    static var minimum: Self { OPENTELEMETRY__PROTO__METRICS__V1__HISTOGRAM_DATA_POINT___MIN_MIN }
}

extension Wire.HistogramMaximumCase {
    static var maximum: Self { OPENTELEMETRY__PROTO__METRICS__V1__HISTOGRAM_DATA_POINT___MAX_MAX }
}

extension Wire.ExponentialHistogramMinimumCase {
    static var minimum: Self { OPENTELEMETRY__PROTO__METRICS__V1__EXPONENTIAL_HISTOGRAM_DATA_POINT___MIN_MIN }
}

extension Wire.ExponentialHistogramMaximumCase {
    static var maximum: Self { OPENTELEMETRY__PROTO__METRICS__V1__EXPONENTIAL_HISTOGRAM_DATA_POINT___MAX_MAX }
}

extension Wire.DataPointFlags {
    static var noRecordedValue: Self {
        OPENTELEMETRY__PROTO__METRICS__V1__DATA_POINT_FLAGS__DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK
    }
}
