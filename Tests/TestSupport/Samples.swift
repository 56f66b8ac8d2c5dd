internal import Configuration
package import Metrics
package import OTLPExport

extension NumberDataPoint {
    /// A point with `value`.
    package static func sample(_ value: Number, attributes: Attributes = [:]) -> NumberDataPoint {
        NumberDataPoint(
            attributes: attributes,
            start: Timestamp(unixNanoseconds: 1_000_000_000),
            time: Timestamp(unixNanoseconds: 2_000_000_000),
            value: value
        )
    }
}

extension ResourceMetrics {
    /// One resource with one scope with `metrics`.
    package static func sample(_ metrics: [Metric]) -> ResourceMetrics {
        ResourceMetrics(
            resource: Resource(attributes: ["host.name": "web-1", "service.name": "tcplens"], schemaURL: ""),
            scopes: [ScopeMetrics(scope: Scope(name: "tcplens", version: "1.2.3", schemaURL: ""), metrics: metrics)]
        )
    }

    /// A gauge with `points` points.
    package static func sample(points: Int, description: String = "") -> ResourceMetrics {
        let points = (0..<points).map { NumberDataPoint.sample(.int(Int64($0)), attributes: ["n": .int(Int64($0))]) }
        return sample([Metric(name: "m", description: description, unit: "1", data: .gauge(points))])
    }
}

extension OTLPHTTPExporter {
    /// An exporter to `endpoint` with further `settings`, and without jitter.
    ///
    /// Without a queue, what is not accepted in time is dropped, and nothing is sent after the export.
    package static func sample(
        _ endpoint: String,
        _ settings: [String: String] = [:],
        queueLimit: Int = 0,
        clock: ManualClock = ManualClock()
    ) throws -> OTLPHTTPExporter {
        let environment = settings.merging(["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint]) { setting, _ in setting }
        var configuration = try OTLPConfiguration.sample(environment)
        configuration.queueLimit = queueLimit
        return try OTLPHTTPExporter(configuration, version: "1.2.3", clock: clock, random: { 0.5 })
    }
}

extension OTLPConfiguration {
    /// The configuration in `environment`; warnings are ignored.
    package static func sample(_ environment: [String: String]) throws -> OTLPConfiguration {
        var reader = EnvironmentReader(environment)
        return try OTLPConfiguration(&reader)
    }
}
