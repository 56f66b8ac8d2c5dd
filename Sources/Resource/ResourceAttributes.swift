internal import Metrics
internal import System

/// `OTEL_RESOURCE_ATTRIBUTES`: `key=value` pairs separated by commas; keys and values are percent-encoded.
///
/// Source: OpenTelemetry specification, `resource/sdk.md`, "Specifying resource information via an environment
/// variable". A single error discards the whole value.
enum ResourceAttributes {
    /// Parses `text`; `nil` if any part of it is malformed.
    static func parse(_ text: String) -> Attributes? {
        // Collected first, because adding to a set takes time in proportion to its size.
        var attributes: [Attribute] = []
        for pair in text.split(separator: ",") where !pair.allSatisfy(\.isWhitespace) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let key = PercentEncoding.decode(parts[0].trimmed),
                let value = PercentEncoding.decode(parts[1].trimmed), !key.isEmpty
            else {
                return nil
            }
            attributes.append(Attribute(key, .string(value)))
        }
        return Attributes(attributes)
    }
}
