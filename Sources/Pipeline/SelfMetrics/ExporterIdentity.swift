internal import Catalogue
package import Metrics

/// Identifies an exporter or a reader in its own metrics (semantic conventions, `otel/sdk-metrics.md`).
package struct ExporterIdentity: SeriesKey, Codable {
    /// The kind, as defined by the conventions if they define it (`otel.component.type`).
    package var type: String
    /// Distinguishes components of one kind, starting at 0.
    package var number = 0
    /// The host of the receiver (`server.address`).
    package var host: String?
    /// The port of the receiver (`server.port`).
    package var port: Int?

    /// Creates an identity.
    package init(_ type: String, host: String? = nil, port: Int? = nil) {
        self.type = type
        self.host = host
        self.port = port
    }

    /// Whether this is the same component as `other`, apart from its number.
    func isSame(as other: ExporterIdentity) -> Bool {
        (type, host, port) == (other.type, other.host, other.port)
    }

    /// An exporter of OTLP over HTTP.
    package static func otlpHTTP(host: String, port: Int) -> ExporterIdentity {
        ExporterIdentity("otlp_http_metric_exporter", host: host, port: port)
    }

    /// A reader that collects periodically.
    package static let periodicReader = ExporterIdentity("periodic_metric_reader")

    /// An exporter that is scraped by Prometheus.
    package static let prometheus = ExporterIdentity("prometheus_http_text_metric_exporter")

    /// The attributes of its points.
    package var attributes: Attributes {
        var attributes: Attributes = [
            AttributeKey.componentName: .string("\(type)/\(number)"), AttributeKey.componentType: .string(type),
        ]
        attributes[AttributeKey.serverAddress] = host.map { .string($0) }
        attributes[AttributeKey.serverPort] = port.map { .int(Int64($0)) }
        return attributes
    }
}

extension [any MetricExporter] {
    /// The identities of all exporters; those of one kind are numbered from 0.
    var identities: [ExporterIdentity] {
        var counts: [String: Int] = [:]
        return map { exporter in
            var identity = exporter.identity
            identity.number = counts[identity.type, default: 0]
            counts[identity.type] = identity.number + 1
            return identity
        }
    }
}
