internal import System

/// What must not be shown to anybody, to take it out of what others say.
///
/// A receiver may quote a credential that it does not like, and libcurl a URL.
struct Secrets: Hashable, Sendable {
    /// Shorter ones would be found by chance, in numbers and words.
    private static let shortest = 4

    /// The longest first, for one may be a part of another.
    private let texts: [String]

    /// Creates secrets of `texts`.
    init(_ texts: some Sequence<String> = []) {
        self.texts = Set(texts).filter { $0.count >= Self.shortest }
            .sorted { ($0.count, $0) > ($1.count, $1) }
    }

    /// What `configuration` holds: the values of headers, and user, password and query of URLs.
    init(_ configuration: OTLPConfiguration) {
        let values = configuration.headers.map(\.value)
        // "Bearer TOKEN": the token is one without its scheme, too.
        let credentials = values.compactMap { value in
            value.firstIndex(of: " ").map { String(value[value.index(after: $0)...].trimmed) }
        }
        self.init(values + credentials + configuration.endpoint.secrets + (configuration.proxy?.secrets ?? []))
    }

    /// `text` with three asterisks for each secret.
    func hidden(in text: String) -> String {
        texts.reduce(text) { $0.replacing($1, with: "***") }
    }
}

extension Secrets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How many there are.
    var description: String { "\(texts.count) secrets" }

    /// The same as ``description``.
    var debugDescription: String { description }

    /// Only the number.
    var customMirror: Mirror { Mirror(self, children: ["count": texts.count]) }
}
