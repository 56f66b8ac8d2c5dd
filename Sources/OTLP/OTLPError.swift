/// Why bytes could not be decoded as an OTLP message.
///
/// Each case names the message, such as `google.rpc.Status`.
package enum OTLPError: Error, Hashable {
    /// The bytes are not in the wire format of the message, or not complete.
    case malformed(message: String)
    /// The text is not the JSON of the message: what is wrong, and after how many bytes.
    case malformedJSON(message: String, problem: String, offset: Int)
    /// Messages are nested more than 100 levels deep.
    case nestedTooDeeply(message: String)
    /// The message would take more than 32 times its size in memory.
    case tooLarge(message: String)
    /// A sum or a histogram has no temporality, which `metrics.proto` requires.
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
