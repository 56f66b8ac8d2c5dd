/// Why bytes could not be read as an OTLP message.
///
/// Each case names the message, e.g. `google.rpc.Status`.
package enum OTLPError: Error, Hashable {
    /// The bytes are not on the wire format of the message, or are only a part of it.
    case malformed(message: String)
    /// The text is not the JSON of the message: what is wrong, and after which byte.
    case malformedJSON(message: String, problem: String, offset: Int)
    /// Messages lie in messages more than 100 levels deep.
    case nestedTooDeeply(message: String)
    /// In memory the message would take more than 32 times its bytes.
    case tooLarge(message: String)
    /// A sum or a histogram says neither delta nor cumulative, as `metrics.proto` demands.
    case unspecifiedTemporality(metric: String)
}

extension OTLPError: CustomStringConvertible {
    /// What is wrong, for people.
    package var description: String {
        switch self {
        case .malformed(let message): "the bytes are not a \(message)"
        case .malformedJSON(let message, let problem, let offset):
            "the JSON is not a \(message): \(problem), at byte \(offset)"
        case .nestedTooDeeply(let message): "the bytes of the \(message) are nested too deeply"
        case .tooLarge(let message): "the \(message) takes too much memory for its size"
        case .unspecifiedTemporality(let metric): "the metric \(metric) has no aggregation temporality"
        }
    }
}
