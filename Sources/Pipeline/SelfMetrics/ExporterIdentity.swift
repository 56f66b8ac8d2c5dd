internal import Catalogue
internal import Metrics

/// What an exporter or a reader is called in its own metrics (semantic conventions, `otel/sdk-metrics.md`).
package struct ExporterIdentity: Hashable, Sendable {
    /// The kind, one of the conventions' where one fits (`otel.component.type`).
    package var type: String
    /// Which one of its kind it is, counted from 0.
    package var number = 0
    /// The host that it sends to (`server.address`).
    package var host: String?
    /// The port that it sends to (`server.port`).
    package var port: Int?

    /// Creates an identity.
    package init(_ type: String, host: String? = nil, port: Int? = nil) {
        self.type = type
        self.host = host
        self.port = port
    }

    /// Whether this is a name of `other`, whatever its number.
    func isSame(as other: ExporterIdentity) -> Bool {
        (type, host, port) == (other.type, other.host, other.port)
    }

    /// Sends OTLP over HTTP.
    package static func otlpHTTP(host: String, port: Int) -> ExporterIdentity {
        ExporterIdentity("otlp_http_metric_exporter", host: host, port: port)
    }

    /// Collects on an interval.
    package static let periodicReader = ExporterIdentity("periodic_metric_reader")

    /// Is scraped by Prometheus.
    package static let prometheus = ExporterIdentity("prometheus_http_text_metric_exporter")

    /// The attributes that its points have in common.
    var attributes: Attributes {
        var attributes: Attributes = [
            AttributeKey.componentName: .string("\(type)/\(number)"), AttributeKey.componentType: .string(type),
        ]
        attributes[AttributeKey.serverAddress] = host.map { .string($0) }
        attributes[AttributeKey.serverPort] = port.map { .int(Int64($0)) }
        return attributes
    }
}

extension [any MetricExporter] {
    /// What each is called, those of one kind with numbers from 0.
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
