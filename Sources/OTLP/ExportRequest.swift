internal import COTLP
package import Metrics

/// The body of a request to `/v1/metrics`: OTLP's `ExportMetricsServiceRequest` in protobuf's binary format.
package enum ExportRequest {
    /// The bytes that carry `metrics`; equal metrics have equal bytes.
    ///
    /// What has no data points is left out, from a metric up to a resource (the OTLP 1.11 specification asks for
    /// no empty envelopes); with no points at all there are no bytes. A NUL in a text becomes U+FFFD.
    package static func encode(_ metrics: [ResourceMetrics]) -> [UInt8] {
        let arena = Arena()
        return withExtendedLifetime(arena) {
            let request = unsafe Wire.ExportMetricsServiceRequest(metrics, in: arena)
            return unsafe request.pack()
        }
    }

    /// The metrics in the bytes of any OTLP client.
    ///
    /// What ``Metrics`` has no place for is left out: summaries, exemplars, the attributes of scopes, and points
    /// that carry no value. Attribute values that are arrays, lists or
    /// bytes become text, as the OpenTelemetry specification's `common/README.md` renders them for other protocols.
    /// - Throws: ``OTLPError`` for bytes that are no request or have a metric without temporality.
    package static func decode(_ bytes: [UInt8]) throws(OTLPError) -> [ResourceMetrics] {
        unsafe try Wire.ExportMetricsServiceRequest.unpack(bytes) { request throws(OTLPError) in
            let resources = unsafe RepeatedField(start: request.resource_metrics, count: request.n_resource_metrics)
            return unsafe try resources.compactMap { message throws(OTLPError) in
                unsafe try ResourceMetrics(message)
            }
        }
    }

    /// The names of the metrics that ``decode(_:)`` leaves out: summaries, and kinds that are not known.
    ///
    /// - Throws: ``OTLPError`` for bytes that are no request.
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

    /// The request that the JSON `text` of any OTLP client is, in the binary format.
    ///
    /// - Throws: ``OTLPError`` for what is no JSON, or no request.
    package static func fromJSON(_ text: [UInt8]) throws(OTLPError) -> [UInt8] {
        try JSONDecoding.wire(text, of: name)
    }

    /// The JSON of the request in `bytes`, on one line, with all that OTLP has, also what ``decode(_:)`` leaves out.
    ///
    /// - Throws: ``OTLPError`` for bytes that are no request.
    package static func json(_ bytes: [UInt8]) throws(OTLPError) -> [UInt8] {
        try JSONEncoding.text(bytes, of: name)
    }

    private static let name = "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest"
}
