internal import System

/// A text format for scrapes by Prometheus and compatible clients.
struct ExpositionFormat: Hashable, Sendable {
    /// The syntax of the lines.
    enum Syntax: Hashable, Sendable {
        /// That of Prometheus.
        case prometheus
        /// That of OpenMetrics.
        case openMetrics
    }

    /// The syntax of the lines.
    let syntax: Syntax
    /// The version of the format.
    let version: String

    /// The format that every client understands; the default.
    static let text = ExpositionFormat(syntax: .prometheus, version: "0.0.4")

    /// All formats (OpenTelemetry specification, `metrics/sdk_exporters/prometheus.md`, "Supported Formats").
    ///
    /// Versions of a syntax do not differ in anything that is sent here.
    static let all = [
        text,
        ExpositionFormat(syntax: .prometheus, version: "1.0.0"),
        ExpositionFormat(syntax: .openMetrics, version: "1.0.0"),
        ExpositionFormat(syntax: .openMetrics, version: "0.0.1"),
    ]

    /// The format that a client prefers, according to its field `Accept`; ``text`` if it accepts none of them.
    static func wanted(by accept: String?) -> ExpositionFormat {
        guard let accept else { return text }
        return AcceptList(accept).elements.lazy.filter { $0.weight > 0 }
            .compactMap { element in all.first { $0.matches(element) } }
            .first ?? text
    }

    /// The value of `Content-Type`.
    ///
    /// Names always use the scheme `underscores`. Versions before 1.0.0 have no other and no parameter for it.
    var contentType: String {
        "\(mediaType); version=\(version); charset=utf-8\(version == "1.0.0" ? "; escaping=underscores" : "")"
    }

    private var mediaType: String {
        switch syntax {
        case .prometheus: "text/plain"
        case .openMetrics: "application/openmetrics-text"
        }
    }

    private func matches(_ element: AcceptList.Element) -> Bool {
        switch element.value {
        case mediaType:
            // Without a version, the oldest one is meant.
            element.parameters["version"].map { $0 == version } ?? (version != "1.0.0")
        case "*/*", "text/*":
            self == Self.text
        default:
            false
        }
    }
}
