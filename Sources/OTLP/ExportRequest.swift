internal import COTLP
package import Metrics

/// The body of a request to `/v1/metrics`: OTLP's `ExportMetricsServiceRequest` in protobuf's binary format.
package enum ExportRequest {
    /// Encodes `metrics`; equal metrics have equal bytes.
    ///
    /// Metrics, scopes and resources without data points are left out (the OTLP 1.11 specification asks for no empty
    /// envelopes), so without any points there are no bytes. A NUL in a string becomes U+FFFD.
    package static func encode(_ metrics: [ResourceMetrics]) -> [UInt8] {
        MeasuredRequest(metrics).bytes()
    }

    /// Encodes `metrics` by protobuf-c, message by message, without keeping anything.
    ///
    /// The bytes are those of ``encode(_:)``, which tests compare with it.
    package static func pack(_ metrics: [ResourceMetrics]) -> [UInt8] {
        let arena = Arena()
        return withExtendedLifetime(arena) {
            let request = unsafe Wire.ExportMetricsServiceRequest(metrics, in: arena)
            return unsafe request.pack()
        }
    }

    /// Decodes the request of any OTLP client.
    ///
    /// What the data model does not have is left out: summaries, exemplars, the attributes of scopes, and points
    /// without a value. Attribute values that are arrays, key-value lists or bytes become text, as the OpenTelemetry
    /// specification represents them for other protocols (`common/README.md`).
    /// - Throws: ``OTLPError`` for bytes that are not a request, and for a metric without temporality.
    package static func decode(_ bytes: [UInt8]) throws(OTLPError) -> [ResourceMetrics] {
        unsafe try Wire.ExportMetricsServiceRequest.unpack(bytes) { request throws(OTLPError) in
            let resources = unsafe RepeatedField(start: request.resource_metrics, count: request.n_resource_metrics)
            return unsafe try resources.compactMap { message throws(OTLPError) in
                unsafe try ResourceMetrics(message)
            }
        }
    }

    /// The names of the metrics that ``decode(_:)`` leaves out: summaries and unknown kinds.
    ///
    /// - Throws: ``OTLPError`` for bytes that are not a request.
    package static func leftOut(_ bytes: [UInt8]) throws(OTLPError) -> [String] {
        unsafe try Wire.ExportMetricsServiceRequest.unpack(bytes) { request in
            let resources = unsafe RepeatedField(start: request.resource_metrics, count: request.n_resource_metrics)
            return unsafe resources.compactMap { resource in
                unsafe RepeatedField(start: resource.scope_metrics, count: resource.n_scope_metrics)
                    .compactMap { scope in
                        unsafe RepeatedField(start: scope.metrics, count: scope.n_metrics).compactMap { metric in
                            let isKnown = unsafe [.gauge, .sum, .histogram, .exponentialHistogram]
                                .contains(metric.data_case)
                            return isKnown ? nil : unsafe String(field: metric.name)
                        }
                    }
            }.flatMap(\.self).flatMap(\.self)
        }
    }

    /// Converts the JSON `text` of any OTLP client to the binary format.
    ///
    /// - Throws: ``OTLPError`` for text that is not JSON, or not a request.
    package static func fromJSON(_ text: [UInt8]) throws(OTLPError) -> [UInt8] {
        try JSONDecoding.wire(text, of: name)
    }

    /// The request in `bytes` as JSON on one line, with everything that OTLP has, including what ``decode(_:)`` leaves
    /// out.
    ///
    /// - Throws: ``OTLPError`` for bytes that are not a request.
    package static func json(_ bytes: [UInt8]) throws(OTLPError) -> [UInt8] {
        try JSONEncoding.text(bytes, of: name)
    }

    private static let name = "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest"
}
