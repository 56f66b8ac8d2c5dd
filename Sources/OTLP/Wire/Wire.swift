internal import COTLP

/// The messages of the schema under `proto/`, by their short names.
///
/// Only this file and `Cases.swift` use the generated names.
enum Wire {
    typealias AnyValue = Opentelemetry__Proto__Common__V1__AnyValue
    typealias AnyValueCase = Opentelemetry__Proto__Common__V1__AnyValue__ValueCase
    typealias ArrayValue = Opentelemetry__Proto__Common__V1__ArrayValue
    typealias KeyValueList = Opentelemetry__Proto__Common__V1__KeyValueList
    typealias KeyValue = Opentelemetry__Proto__Common__V1__KeyValue
    typealias InstrumentationScope = Opentelemetry__Proto__Common__V1__InstrumentationScope

    typealias Resource = Opentelemetry__Proto__Resource__V1__Resource

    typealias ResourceMetrics = Opentelemetry__Proto__Metrics__V1__ResourceMetrics
    typealias ScopeMetrics = Opentelemetry__Proto__Metrics__V1__ScopeMetrics
    typealias Metric = Opentelemetry__Proto__Metrics__V1__Metric
    typealias MetricCase = Opentelemetry__Proto__Metrics__V1__Metric__DataCase
    typealias Gauge = Opentelemetry__Proto__Metrics__V1__Gauge
    typealias Sum = Opentelemetry__Proto__Metrics__V1__Sum
    typealias Histogram = Opentelemetry__Proto__Metrics__V1__Histogram
    typealias ExponentialHistogram = Opentelemetry__Proto__Metrics__V1__ExponentialHistogram
    typealias AggregationTemporality = Opentelemetry__Proto__Metrics__V1__AggregationTemporality
    typealias DataPointFlags = Opentelemetry__Proto__Metrics__V1__DataPointFlags
    typealias NumberDataPoint = Opentelemetry__Proto__Metrics__V1__NumberDataPoint
    typealias NumberCase = Opentelemetry__Proto__Metrics__V1__NumberDataPoint__ValueCase
    typealias HistogramDataPoint = Opentelemetry__Proto__Metrics__V1__HistogramDataPoint
    typealias HistogramSumCase = Opentelemetry__Proto__Metrics__V1__HistogramDataPoint__SumCase
    typealias HistogramMinimumCase = Opentelemetry__Proto__Metrics__V1__HistogramDataPoint__MinCase
    typealias HistogramMaximumCase = Opentelemetry__Proto__Metrics__V1__HistogramDataPoint__MaxCase
    typealias ExponentialHistogramDataPoint = Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint
    typealias ExponentialHistogramSumCase = Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint__SumCase
    typealias ExponentialHistogramMinimumCase =
        Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint__MinCase
    typealias ExponentialHistogramMaximumCase =
        Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint__MaxCase
    typealias Buckets = Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint__Buckets

    typealias ExportMetricsServiceRequest = Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceRequest
    typealias ExportMetricsServiceResponse = Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceResponse
    typealias ExportMetricsPartialSuccess = Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsPartialSuccess

    typealias ProcessContext = Opentelemetry__Proto__Processcontext__V1development__ProcessContext

    typealias Status = Google__Rpc__Status
}

extension Wire.AnyValue: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__common__v1__any_value__init
    }
}

extension Wire.KeyValue: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__common__v1__key_value__init
    }
}

extension Wire.InstrumentationScope: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__common__v1__instrumentation_scope__init
    }
}

extension Wire.Resource: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__resource__v1__resource__init
    }
}

extension Wire.ResourceMetrics: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__resource_metrics__init
    }
}

extension Wire.ScopeMetrics: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__scope_metrics__init
    }
}

extension Wire.Metric: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__metric__init
    }
}

extension Wire.Gauge: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__gauge__init
    }
}

extension Wire.Sum: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__sum__init
    }
}

extension Wire.Histogram: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__histogram__init
    }
}

extension Wire.ExponentialHistogram: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__exponential_histogram__init
    }
}

extension Wire.NumberDataPoint: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__number_data_point__init
    }
}

extension Wire.HistogramDataPoint: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__histogram_data_point__init
    }
}

extension Wire.ExponentialHistogramDataPoint: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__exponential_histogram_data_point__init
    }
}

extension Wire.Buckets: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__metrics__v1__exponential_histogram_data_point__buckets__init
    }
}

extension Wire.ExportMetricsServiceRequest: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__init
    }
}

extension Wire.ExportMetricsServiceResponse: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__collector__metrics__v1__export_metrics_service_response__init
    }
}

extension Wire.ExportMetricsPartialSuccess: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__collector__metrics__v1__export_metrics_partial_success__init
    }
}

extension Wire.ProcessContext: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe opentelemetry__proto__processcontext__v1development__process_context__init
    }
}

extension Wire.Status: WireMessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void {
        unsafe google__rpc__status__init
    }
}
