internal import Metrics
internal import OTLP
internal import Pipeline
internal import System

/// Encodes metrics as requests of limited size.
struct RequestEncoder: Hashable, Sendable {
    /// The requests, and the points that are not in them.
    struct Result: Hashable, Sendable {
        /// In the order of the points.
        var requests: [EncodedRequest] = []
        /// The number of points that are not in any request.
        var droppedPoints = 0
        /// Why they were dropped.
        var problem: ExportProblem?
    }

    /// The greatest size of a request in bytes, before compression; 0 means no limit.
    var limit: Int
    /// How bodies are compressed.
    var compression: OTLPConfiguration.Compression

    /// Encodes `metrics` as one request, or as several if one would be larger than ``limit``.
    ///
    /// A single point that is too large for a request of its own is dropped and counted.
    func encode(_ metrics: [ResourceMetrics]) -> Result {
        var result = Result()
        // A stack: the last part is encoded next.
        var parts = [metrics]
        while let part = parts.popLast() {
            let points = part.pointCount
            guard points > 0 else { continue }
            let bytes = ExportRequest.encode(part)
            if limit > 0, bytes.count > limit {
                guard points > 1 else {
                    let reason = "a single one takes \(bytes.count) bytes, more than the limit of a request (\(limit))"
                    result.drop(points, ExportProblem(failure: .tooLarge, reason: reason))
                    continue
                }
                let (first, second) = part.split(afterPoint: points / 2)
                parts += [second, first]
                continue
            }
            do throws(GzipError) {
                let body = compression == .gzip ? try Gzip.compress(bytes) : bytes
                let time = part.firstTime
                result.requests.append(
                    EncodedRequest(body: body, compression: compression, pointCount: points, time: time)
                )
            } catch {
                let reason = "they cannot be compressed: \(error)"
                result.drop(points, ExportProblem(failure: .encoding, reason: reason))
            }
        }
        return result
    }
}

extension RequestEncoder.Result {
    /// Counts `points` as dropped; the first problem is kept.
    fileprivate mutating func drop(_ points: Int, _ problem: ExportProblem) {
        droppedPoints += points
        self.problem = self.problem ?? problem
    }
}
