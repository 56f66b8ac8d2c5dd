internal import System

/// A text format in which metrics are given to Prometheus and its kin.
struct ExpositionFormat: Hashable, Sendable {
    /// What the lines look like.
    enum Syntax: Hashable, Sendable {
        /// Prometheus' own.
        case prometheus
        /// That of OpenMetrics.
        case openMetrics
    }

    /// What the lines look like.
    let syntax: Syntax
    /// The version of the format.
    let version: String

    /// What everybody understands, and what is sent where nothing else is asked for.
    static let text = ExpositionFormat(syntax: .prometheus, version: "0.0.4")

    /// All formats (OpenTelemetry specification, `metrics/sdk_exporters/prometheus.md`, "Supported Formats"); the
    /// versions of a syntax differ in nothing that is sent here.
    static let all = [
        text,
        ExpositionFormat(syntax: .prometheus, version: "1.0.0"),
        ExpositionFormat(syntax: .openMetrics, version: "1.0.0"),
        ExpositionFormat(syntax: .openMetrics, version: "0.0.1"),
    ]

    /// The format that a client wants most, by its field `Accept`; ``text`` where it wants none of them.
    static func wanted(by accept: String?) -> ExpositionFormat {
        guard let accept else { return text }
        return AcceptList(accept).elements.lazy.filter { $0.weight > 0 }
            .compactMap { element in all.first { $0.matches(element) } }
            .first ?? text
    }

    /// What to send as `Content-Type`.
    ///
    /// Names are always in the scheme `underscores`; versions before 1.0.0 know no other and have no word for it.
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
            // Without a version it is the oldest one.
            element.parameters["version"].map { $0 == version } ?? (version != "1.0.0")
        case "*/*", "text/*":
            self == Self.text
        default:
            false
        }
    }
}
