internal import Metrics
internal import OTLP
internal import System

/// The encoded body of one request.
///
/// It may be sent later, and by another process.
struct EncodedRequest: Hashable, Sendable {
    /// An `ExportMetricsServiceRequest`, compressed as ``compression`` says.
    var body: [UInt8]
    /// How the body is compressed.
    ///
    /// Part of the request, because a request in the spool may have been encoded under other settings.
    var compression: OTLPConfiguration.Compression
    /// The number of data points in the body, at least one.
    var pointCount: Int
    /// When the points were collected.
    var time: Timestamp

    /// The same points as two requests, or nil if there are fewer than two points or the body can't be decoded.
    ///
    /// The body is decoded because the metrics are gone: a request in the spool may come from an earlier process.
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
        // The encoder has limited the size before compression.
        case .gzip: (try? Gzip.decompress(body, limit: .max)).flatMap { try? ExportRequest.decode($0) }
        }
    }

    /// The points of this request and then those of `others`, which have the same compression and time.
    func joined(with others: [EncodedRequest]) -> EncodedRequest {
        var joined = self
        for request in others {
            // Concatenation is enough: protobuf merges repeated fields, and a gzip file may have several members.
            joined.body += request.body
            joined.pointCount += request.pointCount
        }
        return joined
    }
}
