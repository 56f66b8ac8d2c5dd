internal import Metrics
internal import OTLP
internal import System

/// The body of one request, ready to be sent now or later, by this process or by the next.
struct EncodedRequest: Hashable, Sendable {
    /// An `ExportMetricsServiceRequest`, compressed as ``compression`` says.
    var body: [UInt8]
    /// What was done to the body.
    ///
    /// It belongs to the request: what waits may have been encoded by other settings.
    var compression: OTLPConfiguration.Compression
    /// The data points in it, at least one.
    var pointCount: Int
    /// When its points were collected.
    var time: Timestamp

    /// The same points as two requests, or nil where there are fewer than two points or the body can't be read.
    ///
    /// Bodies are read back because who sends has nothing else: what waited on disk was collected by an earlier process.
    func halves() -> [EncodedRequest]? {
        guard pointCount > 1, let metrics = decoded() else { return nil }
        let encoder = RequestEncoder(limit: 0, compression: compression)
        let (first, second) = metrics.split(afterPoint: pointCount / 2)
        let (left, right) = (encoder.encode(first), encoder.encode(second))
        guard left.problem == nil, right.problem == nil else { return nil }
        return left.requests + right.requests
    }

    private func decoded() -> [ResourceMetrics]? {
        switch compression {
        case .none: try? ExportRequest.decode(body)
        // Its size before compression was held below a limit when it was encoded.
        case .gzip: (try? Gzip.decompress(body, limit: .max)).flatMap { try? ExportRequest.decode($0) }
        }
    }
}
