internal import System

/// Texts that must not be shown, to remove them from the messages of others.
///
/// A receiver may quote a credential that it refuses, and libcurl may quote a URL.
struct Secrets: Hashable, Sendable {
    /// Shorter texts would match by chance, in numbers and words.
    private static let shortest = 4

    /// The longest first, because one may be part of another.
    private let texts: [String]

    /// Creates secrets from `texts`.
    init(_ texts: some Sequence<String> = []) {
        self.texts = Set(texts).filter { $0.count >= Self.shortest }
            .sorted { ($0.count, $0) > ($1.count, $1) }
    }

    /// The secrets of `configuration`: the values of headers, and user, password and query of URLs.
    init(_ configuration: OTLPConfiguration) {
        let values = configuration.headers.map(\.value)
        // In "Bearer TOKEN", the token alone is a secret, too.
        let credentials = values.compactMap { value in
            value.firstIndex(of: " ").map { String(value[value.index(after: $0)...].trimmed) }
        }
        self.init(values + credentials + configuration.endpoint.secrets + (configuration.proxy?.secrets ?? []))
    }

    /// Replaces each secret in `text` with three asterisks.
    func hidden(in text: String) -> String {
        texts.reduce(text) { $0.replacing($1, with: "***") }
    }
}

extension Secrets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The number of secrets.
    var description: String { "\(texts.count) secrets" }

    /// The same as ``description``.
    var debugDescription: String { description }

    /// Only the number.
    var customMirror: Mirror { Mirror(self, children: ["count": texts.count]) }
}
